package dev.mojave.data.catalog;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.Suggest;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.data.DataSpec;
import dev.mojave.data.corpus.Corpus;
import dev.mojave.data.corpus.CorpusPreview;
import dev.mojave.data.corpus.DatasetInfo;
import dev.mojave.data.corpus.EmbeddedCorpus;
import dev.mojave.data.corpus.FileCorpus;
import dev.mojave.data.format.Fields;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.SourceTree;
import dev.mojave.data.store.Split;
import dev.mojave.data.store.StoreBuilder;
import dev.mojave.data.store.StoreCache;
import dev.mojave.data.store.StoreManifest;
import dev.mojave.data.store.TokenStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The data sets under a home folder ({@code MOJAVE_HOME}): {@code data/NAME} contains the imported files, {@code stores} the token stores
 * built from them.
 */
public final class Datasets {
    private final Path data;
    private final StoreCache stores;

    /** Uses the given home folder, which need not exist yet. */
    public Datasets(Path home) {
        this(home, StoreBuilder.SHARD_TOKENS);
    }

    /** Uses the given home folder and builds stores with {@code shardTokens} tokens per shard. */
    public Datasets(Path home, long shardTokens) {
        this.data = home.resolve("data");
        this.stores = new StoreCache(home.resolve("stores"), shardTokens);
    }

    /** Opens the data that a recipe names, building the token store the first time; see {@link PreparedData#open}. */
    public PreparedData open(DataSpec spec, Progress progress) {
        return new PreparedData(stores.open(corpus(spec), spec, progress), spec);
    }

    /**
     * Imports files and folders as a new data set.
     *
     * @param name letters, digits, dots, dashes and underscores
     * @throws Failure of kind USAGE for a name that is invalid or taken and for paths that are missing or unreadable, DATA
     *     for files that are empty or not text in the expected form, ENVIRONMENT for a full disk; nothing is left behind
     */
    public DatasetInfo importPaths(String name, List<Path> paths, ImportOptions options, Progress progress) {
        return new Importer(data, progress).run(name, paths, options);
    }

    /** Lists the embedded corpus and all imported data sets, by name. */
    public List<DatasetInfo> list() {
        List<DatasetInfo> all = new ArrayList<>();
        all.add(EmbeddedCorpus.info());
        for (String name : imported()) {
            all.add(Importer.read(data.resolve(name)));
        }
        return all;
    }

    /**
     * Describes one data set.
     *
     * @throws Failure of kind USAGE if there is none of that name
     */
    public DatasetDetails show(String name) {
        if (!isImported(name) && !name.equals(DataSpec.EMBEDDED)) {
            throw Failure.usage(
                    "there is no data set '%s'; known: %s%s",
                    name, String.join(", ", names()), Suggest.didYouMean(name, names()));
        }
        DatasetInfo info = name.equals(DataSpec.EMBEDDED) ? EmbeddedCorpus.info() : Importer.read(data.resolve(name));
        List<DatasetDetails.Store> built = stores.builtFrom(name).stream()
                .map(folder -> store(folder, TokenStore.manifest(folder)))
                .toList();
        return new DatasetDetails(info, CorpusPreview.of(corpus(DataSpec.of(name))), built);
    }

    private static DatasetDetails.Store store(Path folder, StoreManifest manifest) {
        return new DatasetDetails.Store(
                folder.toString(),
                manifest.tokenizer(),
                manifest.vocabSize(),
                manifest.tokens(Split.TRAIN),
                manifest.tokens(Split.VALIDATION),
                manifest.tokens(Split.TEST),
                manifest.unigramEntropy());
    }

    /**
     * Finds the corpus that a recipe names, looking first for the embedded corpus, then for an imported data set, then for a path.
     *
     * @throws Failure of kind USAGE if there is none
     */
    public Corpus corpus(DataSpec spec) {
        String source = spec.source();
        if (source.equals(DataSpec.EMBEDDED)) {
            return new EmbeddedCorpus();
        }
        if (isImported(source)) {
            return Importer.corpus(data.resolve(source), spec);
        }
        try {
            Path path = Path.of(source);
            if (Files.exists(path)) {
                return fromPath(spec, path);
            }
        } catch (InvalidPathException e) {
            throw unknown(source).because(e);
        }
        throw unknown(source);
    }

    private Failure unknown(String source) {
        return Failure.usage(
                "data.source: '%s' is neither a data set (known: %s) nor a file or folder%s; import text with:"
                        + " mojave data import FILE --name NAME",
                source, String.join(", ", names()), Suggest.didYouMean(source, names()));
    }

    private static FileCorpus fromPath(DataSpec spec, Path path) {
        SourceTree.Found found = SourceTree.under(path, false);
        List<SourceFile> files = found.files();
        if (!Files.isDirectory(path) && !SourceTree.isPlain(path)) {
            throw Failure.usage(
                    "%s is a pipe or a device, which can be read only once; import it with: mojave data import %s --name NAME",
                    path, path);
        }
        List<String> checksums = new ArrayList<>();
        for (SourceFile file : files) {
            try {
                checksums.add(Hashes.sha256(file.path()));
            } catch (IOException e) {
                throw IoFailures.of("read the data", file.path(), e);
            }
        }
        Fields fields = Fields.of(spec.textField(), spec.categoryField(), ReadOptions.DEFAULTS);
        return new FileCorpus(spec.source(), files, FileCorpus.checksum(files, checksums), fields, found.notes());
    }

    private boolean isImported(String name) {
        return Importer.isName(name) && Files.isRegularFile(data.resolve(name).resolve(DatasetInfo.FILE));
    }

    private List<String> imported() {
        if (!Files.isDirectory(data)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(data)) {
            return folders.map(folder -> String.valueOf(folder.getFileName()))
                    .filter(this::isImported)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw IoFailures.of("list the data sets", data, e);
        }
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of(DataSpec.EMBEDDED));
        names.addAll(imported());
        return names;
    }
}
