package dev.mojave.data;

import dev.mojave.base.AtomicFiles;
import dev.mojave.base.Failure;
import dev.mojave.base.Folders;
import dev.mojave.base.Hashes;
import dev.mojave.base.IoFailures;
import dev.mojave.base.Json;
import dev.mojave.base.Progress;
import dev.mojave.base.Units;
import dev.mojave.data.DatasetInfo.ImportedFile;
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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Copies text under {@code MOJAVE_HOME/data/NAME}, checks it to the last byte, and reads it back from there. */
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

    /** Imports into a hidden folder, which is renamed when all is well and deleted when not. */
    DatasetInfo run(String name, List<Path> paths, ImportOptions options) {
        checkName(name, options.overwrite());
        if (paths.isEmpty()) {
            throw Failure.usage("nothing to import: name a file or folder");
        }
        List<SourceFile> originals = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            String prefix = paths.size() == 1 ? "" : (i + 1) + "/";
            for (SourceFile file : SourceFile.under(paths.get(i))) {
                originals.add(new SourceFile(file.path(), prefix + file.name()));
            }
        }
        List<SourceFile> sources = CopyNames.distinct(originals);
        FileCorpus.Fields fields = FileCorpus.Fields.of(options.textField(), options.categoryField());
        // Read where the user has it, so that a message about a line names the user's file.
        Facts facts = check(new FileCorpus(name, sources, "not known yet", fields));
        Path importing = data.resolve(
                "." + name + ".importing-" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(data);
            Folders.delete(importing);
            List<ImportedFile> copies = copy(sources, importing.resolve(FILES));
            DatasetInfo info = describe(name, paths, options, facts, sources, copies);
            AtomicFiles.write(importing.resolve(DatasetInfo.FILE), Json.pretty(info) + "\n");
            publish(importing, data.resolve(name), options.overwrite());
            return info;
        } catch (IOException e) {
            throw IoFailures.of("import into " + data.resolve(name), importing, e);
        } finally {
            Folders.discard(importing);
        }
    }

    private void checkName(String name, boolean overwrite) {
        if (!isName(name)) {
            throw Failure.usage(
                    "--name '%s': a data set's name has letters, digits, dots, dashes and underscores", name);
        }
        if (name.equals(DataSpec.EMBEDDED)) {
            throw Failure.usage("--name %s is the corpus that comes with Mojave; choose another name", name);
        }
        if (!overwrite && Files.exists(data.resolve(name))) {
            throw Failure.usage(
                    "the data set '%s' exists (%s); choose another name with --name, or replace it with --overwrite",
                    name, data.resolve(name));
        }
    }

    private List<ImportedFile> copy(List<SourceFile> sources, Path folder) throws IOException {
        long total = 0;
        for (SourceFile source : sources) {
            total += Files.size(source.path());
        }
        progress.start("Copying", total, "B");
        List<ImportedFile> copies = new ArrayList<>();
        long before = 0;
        for (SourceFile source : sources) {
            Path target = folder.resolve(source.name());
            Files.createDirectories(target.getParent());
            String sha256 = copy(source.path(), target, before);
            long size = Files.size(target);
            before += size;
            copies.add(new ImportedFile(
                    source.name(), size, Files.getLastModifiedTime(target).toMillis(), sha256));
        }
        progress.finish("");
        return copies;
    }

    private String copy(Path from, Path to, long before) throws IOException {
        MessageDigest digest = Hashes.sha256();
        byte[] buffer = new byte[1 << 18];
        long done = before;
        try (InputStream in = open(from);
                OutputStream out = Files.newOutputStream(to)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                out.write(buffer, 0, n);
                done += n;
                progress.update(done, Units.bytes((double) done));
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

    /** What reading a corpus to its end tells. */
    private static final class Facts {
        final TextCounter counter = new TextCounter();
        final Map<String, Long> categories = new TreeMap<>();
        long documents;
    }

    private Facts check(FileCorpus corpus) {
        Facts facts = new Facts();
        progress.start("Checking", corpus.bytes(), "B");
        corpus.read(part -> {
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
            List<SourceFile> sources,
            List<ImportedFile> copies) {
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
                        sources, copies.stream().map(ImportedFile::sha256).toList()),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                paths.stream().map(path -> path.toAbsolutePath().toString()).toList(),
                copies);
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
     * Opens an imported data set; files whose size or time changed since are hashed again.
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
        FileCorpus.Fields fields = new FileCorpus.Fields(
                spec.textField().orElse(info.textField()), spec.categoryField().orElse(info.categoryField()));
        return corpus(info.name(), folder, info.files(), fields);
    }

    private static FileCorpus corpus(String name, Path folder, List<ImportedFile> copies, FileCorpus.Fields fields) {
        List<SourceFile> files = copies.stream()
                .map(copy -> new SourceFile(folder.resolve(FILES).resolve(copy.name()), copy.name()))
                .toList();
        List<String> checksums = copies.stream().map(ImportedFile::sha256).toList();
        return new FileCorpus(name, files, FileCorpus.checksum(files, checksums), fields);
    }
}
