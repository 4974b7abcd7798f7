package dev.mojave.data.source;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The format of a file, which its extension decides unless the user names one. */
public enum TextFormat {
    /** Any other extension: the file is one document. */
    @JsonProperty("text")
    TEXT,
    /** {@code .jsonl}, {@code .ndjson}, {@code .jsonlines}: one object per line. */
    @JsonProperty("jsonl")
    JSONL,
    /** {@code .json}: a list of objects or a sequence of objects, which may span lines. */
    @JsonProperty("json")
    JSON,
    /** {@code .csv}: each row is a document; cells may be in quotation marks. */
    @JsonProperty("csv")
    CSV,
    /** {@code .tsv}, {@code .tab}: each line is a row, and each row a document; quotation marks are ordinary characters. */
    @JsonProperty("tsv")
    TSV;

    /** Extensions of compressed files, which say nothing about the content. */
    private static final List<String> PACKED = List.of(".gz", ".gzip", ".zst", ".zstd");

    /** Returns its name for {@code --format}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Parses a name.
     *
     * @throws Failure of kind USAGE for any other word
     */
    public static TextFormat parse(String key) {
        List<String> keys = Stream.of(values()).map(TextFormat::key).toList();
        return Stream.of(values())
                .filter(format -> format.key().equals(key.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> Failure.usage(
                        "--format: '%s' is not one of %s%s",
                        key, String.join(", ", keys), Suggest.didYouMean(key, keys)));
    }

    /** Returns the format that the extension of a file name indicates, ignoring an extension for compression. */
    static TextFormat of(String name) {
        String lower = unpacked(name).toLowerCase(Locale.ROOT);
        if (Stream.of(".jsonl", ".ndjson", ".jsonlines").anyMatch(lower::endsWith)) {
            return JSONL;
        }
        if (lower.endsWith(".json")) {
            return JSON;
        }
        if (lower.endsWith(".csv")) {
            return CSV;
        }
        return lower.endsWith(".tsv") || lower.endsWith(".tab") ? TSV : TEXT;
    }

    /** Returns a file name without its extension for compression, if it has one. */
    public static String unpacked(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return PACKED.stream()
                .filter(lower::endsWith)
                .findFirst()
                .map(ending -> name.substring(0, name.length() - ending.length()))
                .orElse(name);
    }
}
