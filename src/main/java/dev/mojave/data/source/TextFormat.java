package dev.mojave.data.source;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How the content of a file is laid out; its ending decides unless something else was said. */
public enum TextFormat {
    /** Any other ending: a file is a document. */
    @JsonProperty("text")
    TEXT,
    /** {@code .jsonl}, {@code .ndjson}, {@code .jsonlines}: an object per line. */
    @JsonProperty("jsonl")
    JSONL,
    /** {@code .json}: one list of objects, or objects one after the other, on as many lines as they like. */
    @JsonProperty("json")
    JSON,
    /** {@code .csv}: a row is a document, cells may stand in quotation marks. */
    @JsonProperty("csv")
    CSV,
    /** {@code .tsv}, {@code .tab}: a line is a row, and a row a document; quotation marks are characters. */
    @JsonProperty("tsv")
    TSV;

    /** Endings of compressed files, which say nothing about the content. */
    private static final List<String> PACKED = List.of(".gz", ".gzip", ".zst", ".zstd");

    /** Returns how {@code --format} names it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a key.
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

    /** Tells by the ending of a name; what says that a file is compressed is left out of account. */
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

    /** Returns a name without the ending that says that the file is compressed. */
    public static String unpacked(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return PACKED.stream()
                .filter(lower::endsWith)
                .findFirst()
                .map(ending -> name.substring(0, name.length() - ending.length()))
                .orElse(name);
    }
}
