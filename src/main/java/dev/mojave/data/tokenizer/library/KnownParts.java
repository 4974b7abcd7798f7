package dev.mojave.data.tokenizer.library;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The parts of a {@code tokenizer.json} that are known to be safe in Hugging Face's library for every text: long-established types, and
 * the patterns of published tokenizers. Each of these patterns backtracks over a text at most once from any position, so in texts of up
 * to {@link #LONGEST_TEXT} characters it stays below the number of retries at which the library aborts the process.
 */
public final class KnownParts {
    /** Maximum length of a text in UTF-16 code units; the library aborts after ten million retries. */
    public static final int LONGEST_TEXT = 1 << 21;

    private static final List<String> PARTS = List.of("normalizer", "pre_tokenizer", "decoder");

    private static final Set<String> TYPES = Set.of(
            "BPEDecoder",
            "BertNormalizer",
            "BertPreTokenizer",
            "ByteFallback",
            "ByteLevel",
            "CTC",
            "CharDelimiterSplit",
            "Digits",
            "FixedLength",
            "Fuse",
            "Lowercase",
            "Metaspace",
            "NFC",
            "NFD",
            "NFKC",
            "NFKD",
            "Nmt",
            "Precompiled",
            "Prepend",
            "Punctuation",
            "Replace",
            "Sequence",
            "Split",
            "Strip",
            "StripAccents",
            "UnicodeScripts",
            "Whitespace",
            "WhitespaceSplit",
            "WordPiece");

    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LINES_AND_SPACE = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final Set<String> PATTERNS = Set.of(
            // GPT-2, CLIP
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
            // LLaMA 3, Qwen 2, cl100k, o200k
            CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + LINES_AND_SPACE,
            CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" + LINES_AND_SPACE,
            CONTRACTIONS
                    + "|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
            "[^\\r\\n\\p{L}\\p{N}]?" + UPPER + "*" + LOWER + "+" + CONTRACTIONS + "?|[^\\r\\n\\p{L}\\p{N}]?" + UPPER
                    + "+" + LOWER + "*" + CONTRACTIONS + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
                    + LINES_AND_SPACE,
            // DeepSeek
            "\\p{N}{1,3}",
            "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+|"
                    + " ?[\\p{P}\\p{S}]+[\\r\\n]*"
                    + LINES_AND_SPACE,
            // One character, or a run of one kind
            "[\\s\\S]",
            "\\s",
            "\\s+",
            "\\d",
            "\\d+",
            "[0-9]",
            "[0-9]+",
            "\\p{N}",
            "\\p{N}+",
            "[\\r\\n]",
            "\\n",
            " ",
            " +",
            " {2,}");

    private KnownParts() {}

    /** Returns whether every part of a file that processes text is known. */
    public static boolean all(JsonNode root) {
        List<String> patterns = new ArrayList<>();
        foreignPatterns(root, patterns);
        return patterns.isEmpty() && PARTS.stream().allMatch(part -> known(root.path(part)));
    }

    private static boolean known(JsonNode node) {
        if (node.isObject()
                && node.has("type")
                && !TYPES.contains(node.path("type").asString("?"))) {
            return false;
        }
        for (JsonNode child : node) {
            if (!known(child)) {
                return false;
            }
        }
        return true;
    }

    /** Adds the patterns that are not known, at any depth, as they are written in the file. */
    static void foreignPatterns(JsonNode root, List<String> patterns) {
        PARTS.forEach(part -> collect(root.path(part), patterns));
    }

    private static void collect(JsonNode node, List<String> patterns) {
        JsonNode regex = node.path("Regex");
        if (node.has("Regex") && !(regex.isString() && PATTERNS.contains(regex.stringValue()))) {
            patterns.add(regex.toString());
        }
        for (JsonNode child : node) {
            collect(child, patterns);
        }
    }
}
