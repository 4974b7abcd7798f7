package dev.mojave.data.catalog;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.Units;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Folders;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Json;
import dev.mojave.data.DataSpec;
import dev.mojave.data.corpus.DatasetInfo;
import dev.mojave.data.corpus.DatasetInfo.ImportedFile;
import dev.mojave.data.corpus.FileCorpus;
import dev.mojave.data.format.Fields;
import dev.mojave.data.source.ReadOptions;
import dev.mojave.data.source.ReadReport;
import dev.mojave.data.source.SourceBytes;
import dev.mojave.data.source.SourceFile;
import dev.mojave.data.source.SourceTree;
import dev.mojave.data.store.TextCounter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Copies text to {@code MOJAVE_HOME/data/NAME} and checks the whole copy; also opens data sets that were imported before. */
final class Importer {
    private static final String FILES = "files";

    private final Path data;
    private final Progress progress;

    Importer(Path data, Progress progress) {
        this.data = data;
        this.progress = progress;
    }

    static boolean isName(String name) {
        return name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    }

    /** Imports into a hidden folder, which is renamed on success and deleted on failure. */
    DatasetInfo run(String name, List<Path> paths, ImportOptions options) {
        checkName(name, options.overwrite());
        if (paths.isEmpty()) {
            throw Failure.usage("nothing to import: name a file or folder");
        }
        options.reading().charset();
        Listed listed = list(paths, options.followLinks());
        Path importing = data.resolve(
                "." + name + ".importing-" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(data);
            Folders.delete(importing);
            // Check the copy, not the original: a pipe can be read only once, and a file may change while it is read.
            List<Copy> copies = copy(listed.files(), importing.resolve(FILES), options.reading());
            Fields fields = Fields.of(options.textField(), options.categoryField(), options.reading());
            List<SourceFile> files = copies.stream().map(Copy::file).toList();
            Facts facts = check(new FileCorpus(name, files, "not known yet", fields, List.of()));
            List<Copy> kept = withText(copies, facts.report.withoutText());
            DatasetInfo info = describe(name, paths, options, facts, kept, listed.notes());
            AtomicFiles.write(importing.resolve(DatasetInfo.FILE), Json.pretty(info) + "\n");
            publish(importing, data.resolve(name), options.overwrite());
            return info;
        } catch (IOException e) {
            throw IoFailures.of("import '" + name + "' (MOJAVE_HOME sets the destination)", data.resolve(name), e);
        } finally {
            Folders.discard(importing);
        }
    }

    /** The files to import, and notes on what was left out when they were listed. */
    private record Listed(List<SourceFile> files, List<String> notes) {}

    /** A copied file, which messages call by the user's path, and its entry in {@code dataset.json}. */
    private record Copy(SourceFile file, ImportedFile record) {}

    private static Listed list(List<Path> paths, boolean followLinks) {
        List<SourceFile> files = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            String prefix = paths.size() == 1 ? "" : (i + 1) + "/";
            SourceTree.Found found = SourceTree.under(paths.get(i), followLinks);
            for (SourceFile file : found.files()) {
                if (!SourceTree.isPlain(file.path())) {
                    SourceTree.requirePipe(file.path());
                }
                files.add(new SourceFile(file.path(), prefix + file.name()));
            }
            notes.addAll(found.notes());
        }
        return new Listed(ImportedFileNames.distinct(files), notes);
    }

    /** Deletes the copies of files without text. */
    private static List<Copy> withText(List<Copy> copies, Set<String> withoutText) throws IOException {
        List<Copy> kept = new ArrayList<>();
        for (Copy copy : copies) {
            if (withoutText.contains(copy.file().name())) {
                Files.delete(copy.file().path());
            } else {
                kept.add(copy);
            }
        }
        return kept;
    }

    private void checkName(String name, boolean overwrite) {
        if (!isName(name)) {
            throw Failure.usage(
                    "--name '%s': a data set's name consists of letters, digits, dots, dashes and underscores", name);
        }
        if (name.equals(DataSpec.EMBEDDED)) {
            throw Failure.usage("--name %s is taken by the corpus that comes with Mojave; choose another name", name);
        }
        if (!overwrite && Files.exists(data.resolve(name))) {
            throw Failure.usage(
                    "the data set '%s' already exists (%s); choose another name with --name, or replace it with --overwrite",
                    name, data.resolve(name));
        }
    }

    private List<Copy> copy(List<SourceFile> sources, Path folder, ReadOptions reading) throws IOException {
        long total = 0;
        for (SourceFile source : sources) {
            total += SourceTree.isPlain(source.path()) ? Files.size(source.path()) : 0;
        }
        progress.start("Copying", total, "B");
        List<Copy> copies = new ArrayList<>();
        long before = 0;
        for (SourceFile source : sources) {
            if (!SourceTree.isPlain(source.path())) {
                progress.say("reading the pipe " + source.shown() + " until its writer closes it");
            }
            Path target = folder.resolve(source.name());
            Files.createDirectories(target.getParent());
            String sha256 = copy(source, target, before, reading);
            long size = Files.size(target);
            before += size;
            copies.add(new Copy(
                    new SourceFile(target, source.name(), source.shown()),
                    new ImportedFile(
                            source.name(),
                            size,
                            Files.getLastModifiedTime(target).toMillis(),
                            sha256)));
        }
        progress.finish("");
        return copies;
    }

    private String copy(SourceFile from, Path to, long before, ReadOptions reading) throws IOException {
        MessageDigest digest = Hashes.sha256();
        byte[] buffer = new byte[1 << 18];
        long done = before;
        try (InputStream in = open(from.path());
                OutputStream out = Files.newOutputStream(to)) {
            int n = in.readNBytes(buffer, 0, SourceBytes.FIRST);
            byte[] first = Arrays.copyOf(buffer, n);
            // Refuse other kinds of files before copying gigabytes of them.
            SourceBytes.require(from, first, reading);
            while (n > 0) {
                digest.update(buffer, 0, n);
                out.write(buffer, 0, n);
                done += n;
                progress.update(done, Units.bytes((double) done));
                n = in.read(buffer);
            }
        }
        return Hashes.hex(digest);
    }

    private static InputStream open(Path file) {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw IoFailures.of("read the data", file, e);
        }
    }

    /** The totals of one pass over a corpus. */
    private static final class Facts {
        final TextCounter counter = new TextCounter();
        final Map<String, Long> categories = new TreeMap<>();
        ReadReport report = new ReadReport();
        long documents;
    }

    private Facts check(FileCorpus corpus) {
        Facts facts = new Facts();
        progress.start("Checking", corpus.bytes(), "B");
        facts.report = corpus.explore(part -> {
            if (part.first()) {
                facts.counter.breakWord();
                facts.documents++;
                if (!part.category().isEmpty()) {
                    facts.categories.merge(part.category(), 1L, Long::sum);
                }
            }
            facts.counter.count(part.text());
            progress.update(facts.counter.bytes(), Units.bytes((double) facts.counter.bytes()));
        });
        progress.finish("");
        return facts;
    }

    private static DatasetInfo describe(
            String name,
            List<Path> paths,
            ImportOptions options,
            Facts facts,
            List<Copy> copies,
            List<String> leftOut) {
        List<String> notes = new ArrayList<>(leftOut);
        notes.addAll(facts.report.notes());
        List<SourceFile> files = copies.stream().map(Copy::file).toList();
        List<ImportedFile> records = copies.stream().map(Copy::record).toList();
        return new DatasetInfo(
                DatasetInfo.VERSION,
                name,
                facts.documents,
                facts.counter.bytes(),
                facts.counter.characters(),
                facts.counter.words(),
                facts.categories,
                options.textField().orElse(""),
                options.categoryField().orElse(""),
                FileCorpus.checksum(
                        files, records.stream().map(ImportedFile::sha256).toList()),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                paths.stream().map(path -> path.toAbsolutePath().toString()).toList(),
                records,
                options.reading(),
                facts.report.taken(),
                notes);
    }

    private void publish(Path importing, Path target, boolean overwrite) throws IOException {
        Path old = data.resolve("." + target.getFileName() + ".replaced-"
                + ProcessHandle.current().pid());
        Folders.delete(old);
        if (overwrite && Files.exists(target)) {
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(importing, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFiles.forceDirectory(data);
        Folders.discard(old);
    }

    /** Reads the description of an imported data set. */
    static DatasetInfo read(Path folder) {
        return Json.read(folder.resolve(DatasetInfo.FILE), DatasetInfo.class);
    }

    /**
     * Opens an imported data set; files whose modification time has changed since the import are hashed again.
     *
     * @throws Failure of kind DATA if a file is missing or has changed
     */
    static FileCorpus corpus(Path folder, DataSpec spec) {
        DatasetInfo info = read(folder);
        for (ImportedFile file : info.files()) {
            Path path = folder.resolve(FILES).resolve(file.name());
            try {
                boolean same = Files.exists(path)
                        && Files.size(path) == file.bytes()
                        && (Files.getLastModifiedTime(path).toMillis() == file.modifiedMillis()
                                || Hashes.sha256(path).equals(file.sha256()));
                if (!same) {
                    throw Failure.data(
                            "the data set '%s' is damaged: %s %s; import it again with --name %s --overwrite",
                            info.name(), path, Files.exists(path) ? "has changed" : "is missing", info.name());
                }
            } catch (IOException e) {
                throw IoFailures.of("read the data", path, e);
            }
        }
        Fields fields = new Fields(
                spec.textField().orElse(info.textField()),
                spec.categoryField().orElse(info.categoryField()),
                info.reading());
        return corpus(info.name(), folder, info.files(), fields);
    }

    private static FileCorpus corpus(String name, Path folder, List<ImportedFile> copies, Fields fields) {
        List<SourceFile> files = copies.stream()
                .map(copy -> new SourceFile(folder.resolve(FILES).resolve(copy.name()), copy.name()))
                .toList();
        List<String> checksums = copies.stream().map(ImportedFile::sha256).toList();
        return new FileCorpus(name, files, FileCorpus.checksum(files, checksums), fields, List.of());
    }
}
