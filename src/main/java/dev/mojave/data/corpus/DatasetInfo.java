package dev.mojave.data.corpus;

import dev.mojave.data.source.ReadOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An imported data set: the content of its {@code dataset.json}, and what {@code mojave data list --json} shows.
 *
 * @param version of the format
 * @param name as in {@code data.source}
 * @param documents that have text
 * @param bytes UTF-8 bytes of the text
 * @param characters code points of the text
 * @param words runs of characters that are not white space
 * @param categories documents by category, none for those without
 * @param textField as given at import, or empty
 * @param categoryField as given at import, or empty
 * @param sha256 of the content; of a single file, the file's own
 * @param importedAt UTC time, ISO 8601; empty for what comes with Mojave
 * @param importedFrom the paths that were named
 * @param files the copies
 * @param reading how the files are read; absent in data sets of earlier versions, which are read as they were imported
 * @param taken what files were taken for, a line for each kind; absent as before
 * @param notes what the import left out or repaired, a sentence each; absent as before
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

    /** Copies what is mutable; what earlier versions did not write is filled in. */
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

    /** Returns what files were taken for, a line for each kind. */
    @Override
    public List<String> taken() {
        return Objects.requireNonNull(taken);
    }

    /** Returns what the import left out or repaired, a sentence each. */
    @Override
    public List<String> notes() {
        return Objects.requireNonNull(notes);
    }

    /**
     * A copied file.
     *
     * @param name its path below the data set's {@code files} folder
     * @param bytes its size
     * @param modifiedMillis modification time of the copy, milliseconds since 1970: while it and the size stay, the checksum
     *     is not computed again
     * @param sha256 its checksum
     */
    public record ImportedFile(String name, long bytes, long modifiedMillis, String sha256) {}
}
