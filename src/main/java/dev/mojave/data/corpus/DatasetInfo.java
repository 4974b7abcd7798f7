package dev.mojave.data.corpus;

import dev.mojave.data.source.ReadOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The description of a data set: the content of its {@code dataset.json}, and an entry of {@code mojave data list --json}.
 *
 * @param version version of the format
 * @param name its name, as in {@code data.source}
 * @param documents number of documents with text
 * @param bytes UTF-8 bytes of the text
 * @param characters code points of the text
 * @param words runs of characters other than white space
 * @param categories number of documents per category; documents without a category are not counted
 * @param textField the text field given at import; empty if none was given
 * @param categoryField the category field given at import; empty if none was given
 * @param sha256 SHA-256 of the content; for a single file, that of the file
 * @param importedAt UTC time of the import, ISO 8601; empty for the corpus that comes with Mojave
 * @param importedFrom absolute paths of the files and folders that were imported
 * @param files the copied files
 * @param reading how the files are read; null in data sets of earlier versions, which are read with {@link ReadOptions#LEGACY}
 * @param taken how the files were interpreted, one line per kind of file; null in data sets of earlier versions
 * @param notes notes on what the import left out or repaired, one sentence each; null in data sets of earlier versions
 */
public record DatasetInfo(
        int version,
        String name,
        long documents,
        long bytes,
        long characters,
        long words,
        Map<String, Long> categories,
        String textField,
        String categoryField,
        String sha256,
        String importedAt,
        List<String> importedFrom,
        List<ImportedFile> files,
        @Nullable ReadOptions reading,
        @Nullable List<String> taken,
        @Nullable List<String> notes) {
    /** The version of the format. */
    public static final int VERSION = 1;
    /** The file's name in the folder of a data set. */
    public static final String FILE = "dataset.json";

    /** Copies the collections and fills in what earlier versions did not write. */
    public DatasetInfo {
        categories = java.util.Collections.unmodifiableMap(new java.util.TreeMap<>(categories));
        importedFrom = List.copyOf(importedFrom);
        files = List.copyOf(files);
        reading = Objects.requireNonNullElse(reading, ReadOptions.LEGACY);
        taken = List.copyOf(Objects.requireNonNullElse(taken, List.of()));
        notes = List.copyOf(Objects.requireNonNullElse(notes, List.of()));
    }

    /** Returns how the files are read. */
    @Override
    public ReadOptions reading() {
        return Objects.requireNonNull(reading);
    }

    /** Returns how the files were interpreted, one line per kind of file. */
    @Override
    public List<String> taken() {
        return Objects.requireNonNull(taken);
    }

    /** Returns notes on what the import left out or repaired, one sentence each. */
    @Override
    public List<String> notes() {
        return Objects.requireNonNull(notes);
    }

    /**
     * A copied file.
     *
     * @param name path of the copy below the data set's {@code files} folder
     * @param bytes size of the copy
     * @param modifiedMillis modification time of the copy in milliseconds since 1970; while it and the size are unchanged, the checksum
     *     is not computed again
     * @param sha256 checksum of the copy
     */
    public record ImportedFile(String name, long bytes, long modifiedMillis, String sha256) {}
}
