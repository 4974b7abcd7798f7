package dev.mojave.data.tokenizer;

import dev.mojave.base.tree.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Small Hugging Face tokenizer files of the two common kinds, built according to their formats. */
public final class TokenizerFiles {
    private TokenizerFiles() {}

    /** Byte-level BPE: 256 bytes, {@code <|endoftext|>} as 256, and the merges "th" (257) and "the" (258). */
    public static String byteLevel() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        int next = 0x100;
        for (int value = 0; value < 0x100; value++) {
            boolean printable = (value > ' ' && value < 0x7f) || (value > 0xa0 && value != 0xad);
            vocabulary.put(Character.toString(printable ? value : next++), value);
        }
        vocabulary.put("<|endoftext|>", 256);
        vocabulary.put("th", 257);
        vocabulary.put("the", 258);
        Map<String, Object> byteLevel =
                Map.of("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true);
        return Json.line(Map.of(
                "version",
                "1.0",
                "added_tokens",
                List.of(added(256, "<|endoftext|>")),
                "pre_tokenizer",
                byteLevel,
                "decoder",
                byteLevel,
                "model",
                Map.of("type", "BPE", "vocab", vocabulary, "merges", List.of("t h", "th e"))));
    }

    /** SentencePiece-like BPE with byte fallback: a few characters, all bytes, {@code </s>} as 0. */
    public static String sentencePiece() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        vocabulary.put("</s>", 0);
        for (int value = 0; value < 0x100; value++) {
            vocabulary.put(String.format(Locale.ROOT, "<0x%02X>", value), 1 + value);
        }
        for (String token : List.of("\u2581", "H", "e", "l", "o", "ll", "ö", "漢")) {
            vocabulary.put(token, vocabulary.size());
        }
        return Json.line(Map.of(
                "version", "1.0",
                "added_tokens", List.of(added(0, "</s>")),
                "normalizer", Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", "\u2581"),
                "decoder",
                        Map.of(
                                "type",
                                "Sequence",
                                "decoders",
                                List.of(
                                        Map.of(
                                                "type",
                                                "Replace",
                                                "pattern",
                                                Map.of("String", "\u2581"),
                                                "content",
                                                " "),
                                        Map.of("type", "ByteFallback"),
                                        Map.of("type", "Fuse"))),
                "model", Map.of("type", "BPE", "byte_fallback", true, "vocab", vocabulary, "merges", List.of("l l"))));
    }

    private static Map<String, Object> added(int id, String content) {
        return Map.of(
                "id", id,
                "content", content,
                "special", true,
                "single_word", false,
                "lstrip", false,
                "rstrip", false,
                "normalized", false);
    }
}
