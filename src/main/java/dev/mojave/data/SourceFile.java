package dev.mojave.data;

import dev.mojave.base.Failure;
import dev.mojave.base.IoFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One file of a corpus.
 *
 * @param path where it is
 * @param name its path inside the folder that was named, with {@code /}, or its file name
 */
record SourceFile(Path path, String name) {
    /** How the content of a file is laid out; its ending decides. */
    enum Format {
        /** Anything else: a file is a document. */
        TEXT,
        /** {@code .jsonl}, {@code .ndjson}: an object a line. */
        JSONL,
        /** {@code .csv}, {@code .tsv}: a row a document. */
        CSV
    }

    Format format() {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
            return Format.JSONL;
        }
        return lower.endsWith(".csv") || lower.endsWith(".tsv") ? Format.CSV : Format.TEXT;
    }

    boolean tabs() {
        return name.toLowerCase(Locale.ROOT).endsWith(".tsv");
    }

    /**
     * Lists what a path means: a file, or all files below a folder in the order of their names, hidden ones left out.
     *
     * @throws Failure of kind USAGE if the path is missing or unreadable, DATA if a folder has no files
     */
    static List<SourceFile> under(Path path) {
        if (!Files.exists(path)) {
            throw Failure.usage("%s does not exist", path);
        }
        if (!Files.isDirectory(path)) {
            return List.of(new SourceFile(path, String.valueOf(path.getFileName())));
        }
        List<SourceFile> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(path)) {
            walk.filter(Files::isRegularFile)
                    .map(file -> new SourceFile(
                            file, path.relativize(file).toString().replace('\\', '/')))
                    .filter(file -> Stream.of(file.name().split("/", -1)).noneMatch(part -> part.startsWith(".")))
                    // Names that are not UTF-8 may read the same; their bytes differ.
                    .sorted(Comparator.comparing(SourceFile::name).thenComparing(SourceFile::path))
                    .forEach(files::add);
        } catch (IOException e) {
            throw IoFailures.of("list the folder", path, e);
        } catch (UncheckedIOException e) {
            throw IoFailures.of("list the folder", path, e);
        }
        if (files.isEmpty()) {
            throw Failure.data("the folder %s has no files", path);
        }
        return files;
    }
}
