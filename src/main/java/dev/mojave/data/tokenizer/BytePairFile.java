package dev.mojave.data.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.data.tokenizer.bpe.BytePairs;
import dev.mojave.data.tokenizer.bpe.PairTable;
import dev.mojave.data.tokenizer.vocabulary.AddedTokens;
import dev.mojave.data.tokenizer.vocabulary.ByteLevel;
import dev.mojave.data.tokenizer.vocabulary.EndOfText;
import dev.mojave.data.tokenizer.vocabulary.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Reads a {@code tokenizer.json} for Mojave's own encoder if it is byte-level BPE like GPT-2's; all others are left to
 * {@link TokenizerFile}. Every option in the file must be supported here, so a single unknown one is enough to leave the file to the
 * library.
 */
final class BytePairFile {
    private final JsonNode root;
    private final JsonNode model;
    private final EndOfText end;
    private final String place;

    private BytePairFile(JsonNode root, EndOfText end, String place) {
        this.root = root;
        this.end = end;
        this.model = root.path("model");
        this.place = place;
    }

    /**
     * Returns the tokenizer; empty if the file is of another kind.
     *
     * @param end how the end-of-text token is chosen
     * @param place name of the file in messages
     * @throws Failure of kind DATA if it is of this kind but inconsistent
     */
    static Optional<Tokenizer> read(String json, JsonNode root, EndOfText end, String place) {
        BytePairFile file = new BytePairFile(root, end, place);
        if (!file.isPlainModel() || !file.isPlainPipeline() || !file.hasPlainAddedTokens()) {
            return Optional.empty();
        }
        Map<String, Integer> vocabulary = file.vocabulary();
        // An added token need not be spelled in bytes: it is cut out of the text before the bytes are encoded.
        root.path("added_tokens")
                .valueStream()
                .map(token -> token.path("content").asString(""))
                .filter(content -> !ByteLevel.isSpelling(content))
                .forEach(vocabulary::remove);
        int[] idOfByte = idOfByte(vocabulary);
        boolean spelled = vocabulary.keySet().stream().allMatch(ByteLevel::isSpelling);
        return spelled && Arrays.stream(idOfByte).allMatch(id -> id >= 0)
                ? Optional.of(file.tokenizer(json, vocabulary, idOfByte))
                : Optional.empty();
    }

    private boolean isPlainModel() {
        String type = model.path("type").asString("BPE");
        return type.equals("BPE")
                && model.path("vocab").isObject()
                && model.path("merges").isArray()
                && isAbsent(model, "dropout")
                && isEmpty("continuing_subword_prefix")
                && isEmpty("end_of_word_suffix")
                // Byte fallback, unknown tokens and their fusing are never needed, because all bytes are in the
                // vocabulary.
                && hasOnly(
                        model,
                        "type",
                        "dropout",
                        "unk_token",
                        "continuing_subword_prefix",
                        "end_of_word_suffix",
                        "fuse_unk",
                        "byte_fallback",
                        "ignore_merges",
                        "vocab",
                        "merges");
    }

    /** Post-processing only adds special tokens, and truncation and padding only concern batches; none of them is used here. */
    private boolean isPlainPipeline() {
        JsonNode before = root.path("pre_tokenizer");
        return hasOnly(
                        root,
                        "version",
                        "truncation",
                        "padding",
                        "added_tokens",
                        "normalizer",
                        "pre_tokenizer",
                        "post_processor",
                        "decoder",
                        "model")
                && isAbsent(root, "normalizer")
                && isByteLevel(before)
                && before.path("use_regex").asBoolean(true)
                && isByteLevel(root.path("decoder"));
    }

    private static boolean isByteLevel(JsonNode part) {
        return part.path("type").asString("").equals("ByteLevel")
                && hasOnly(part, "type", "add_prefix_space", "trim_offsets", "use_regex");
    }

    private boolean hasPlainAddedTokens() {
        for (JsonNode token : root.path("added_tokens")) {
            boolean plain = !token.path("single_word").asBoolean(false)
                    && !token.path("lstrip").asBoolean(false)
                    && !token.path("rstrip").asBoolean(false);
            if (!plain || !token.path("id").isIntegralNumber()) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasOnly(JsonNode node, String... keys) {
        return Arrays.asList(keys).containsAll(node.propertyNames());
    }

    private static boolean isAbsent(JsonNode node, String key) {
        return node.path(key).isMissingNode() || node.path(key).isNull();
    }

    private boolean isEmpty(String key) {
        return isAbsent(model, key) || model.path(key).asString("?").isEmpty();
    }

    private Map<String, Integer> vocabulary() {
        Map<String, Integer> vocabulary = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
            vocabulary.put(entry.getKey(), Vocabulary.id(entry.getValue(), entry.getKey(), place));
        }
        return vocabulary;
    }

    private static int[] idOfByte(Map<String, Integer> vocabulary) {
        int[] idOfByte = new int[256];
        for (int value = 0; value < idOfByte.length; value++) {
            idOfByte[value] = vocabulary.getOrDefault(ByteLevel.spelling(new byte[] {(byte) value}), -1);
        }
        return idOfByte;
    }

    private Tokenizer tokenizer(String json, Map<String, Integer> idOf, int[] idOfByte) {
        PairTable pairs = new PairTable(model.path("merges").size());
        int rank = 0;
        for (JsonNode merge : model.path("merges")) {
            put(pairs, rank++, merge, idOf);
        }
        Vocabulary vocabulary = Vocabulary.of(root, end, place);
        // The bytes of the token itself, not those of an added token with the same id, which has no text.
        byte[][] bytesOf = new byte[vocabulary.size()][];
        Arrays.fill(bytesOf, new byte[0]);
        idOf.forEach((spelling, id) -> bytesOf[id] = ByteLevel.bytes(spelling));
        int[] ids = idOf.values().stream().mapToInt(id -> id).sorted().toArray();
        boolean wholeFirst = model.path("ignore_merges").asBoolean(false);
        return new BytePairTokenizer(
                json,
                vocabulary,
                new BytePairs(bytesOf, ids, idOfByte, pairs, wholeFirst),
                List.of(added(false), added(true)),
                root.path("pre_tokenizer").path("add_prefix_space").asBoolean(true));
    }

    /** A merge is {@code ["a", "b"]}, or {@code "a b"} in files from before 2024. */
    private void put(PairTable pairs, int rank, JsonNode merge, Map<String, Integer> idOf) {
        String[] sides = merge.isArray()
                ? new String[] {merge.path(0).asString(""), merge.path(1).asString("")}
                : merge.asString("").split(" ", -1);
        String left = sides[0];
        String right = sides.length == 2 ? sides[1] : "";
        int leftId = idOf.getOrDefault(left, -1);
        int rightId = idOf.getOrDefault(right, -1);
        int id = idOf.getOrDefault(left + right, -1);
        if (leftId < 0 || rightId < 0 || id < 0) {
            throw Failure.data(
                    "%s: merge %d, %s, needs '%s', '%s' and '%s' in model.vocab, but one of them is missing",
                    place, rank, merge, left, right, left + right);
        }
        pairs.put(leftId, rightId, rank, id);
    }

    /** Returns the added tokens with the given value of {@code normalized}; those with true are searched for after the others. */
    private AddedTokens added(boolean normalized) {
        List<AddedTokens.Token> tokens = new ArrayList<>();
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString("");
            if (!content.isEmpty() && token.path("normalized").asBoolean(false) == normalized) {
                tokens.add(new AddedTokens.Token(content, token.path("id").intValue()));
            }
        }
        return new AddedTokens(tokens);
    }
}
