package dev.mojave.data.tokenizer.bpe;

import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.vocabulary.ByteLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes Hugging Face's {@code tokenizer.json}, key for key as their library does. */
public final class HuggingFaceFormat {
    private HuggingFaceFormat() {}

    /**
     * Writes byte-level BPE whose first token ends a text.
     *
     * @param tokens spellings by id
     * @param merges in order
     */
    static String bytePairs(List<String> tokens, List<MergeLearner.Merge> merges) {
        ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
        for (MergeLearner.Merge merge : merges) {
            pairs.addArray().add(tokens.get(merge.left())).add(tokens.get(merge.right()));
        }
        return byteLevel(added(tokens.getFirst(), 0), vocabulary, pairs);
    }

    /** Writes GPT-2's tokenizer. */
    public static String gpt2() {
        ObjectNode vocabulary = bytes(ByteLevel::rank);
        ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
        for (String merge : Gpt2Vocabulary.merges()) {
            int space = merge.indexOf(' ');
            String left = merge.substring(0, space);
            String right = merge.substring(space + 1);
            pairs.addArray().add(left).add(right);
            vocabulary.put(left + right, vocabulary.size());
        }
        int end = vocabulary.size();
        vocabulary.put(BytePairTrainer.END_OF_TEXT, end);
        return byteLevel(added(BytePairTrainer.END_OF_TEXT, end), vocabulary, pairs);
    }

    /** Writes a byte tokenizer as byte-level BPE without merges. */
    public static String bytes(boolean separator) {
        ObjectNode vocabulary = bytes(value -> value);
        ArrayNode added = JsonNodeFactory.instance.arrayNode();
        if (separator) {
            added = added(BytePairTrainer.END_OF_TEXT, vocabulary.size());
            vocabulary.put(BytePairTrainer.END_OF_TEXT, vocabulary.size());
        }
        return byteLevel(added, vocabulary, JsonNodeFactory.instance.arrayNode());
    }

    /** Writes a character tokenizer as a word-level vocabulary of single characters. */
    public static String characters(int[] codePoints, boolean separator) {
        ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
        for (int codePoint : codePoints) {
            vocabulary.put(Character.toString(codePoint), vocabulary.size());
        }
        ArrayNode added = JsonNodeFactory.instance.arrayNode();
        if (separator) {
            added = added(BytePairTrainer.END_OF_TEXT, vocabulary.size());
            vocabulary.put(BytePairTrainer.END_OF_TEXT, vocabulary.size());
        }
        ObjectNode split = JsonNodeFactory.instance.objectNode();
        split.put("type", "Split").putObject("pattern").put("Regex", "[\\s\\S]");
        split.put("behavior", "Isolated").put("invert", false);
        ObjectNode decoder = JsonNodeFactory.instance.objectNode().put("type", "Fuse");
        ObjectNode model = JsonNodeFactory.instance.objectNode();
        // The format requires the name of an unknown token; it is not in the vocabulary, so an unknown character is an
        // error.
        model.put("type", "WordLevel").set("vocab", vocabulary).put("unk_token", "<unk>");
        return file(added, split, decoder, model);
    }

    private static ObjectNode bytes(java.util.function.IntUnaryOperator idOfByte) {
        List<Integer> values = new ArrayList<>();
        for (int value = 0; value < 256; value++) {
            values.add(value);
        }
        values.sort((a, b) -> Integer.compare(idOfByte.applyAsInt(a), idOfByte.applyAsInt(b)));
        ObjectNode vocabulary = JsonNodeFactory.instance.objectNode();
        for (int value : values) {
            vocabulary.put(ByteLevel.spelling(new byte[] {(byte) value}), vocabulary.size());
        }
        return vocabulary;
    }

    private static String byteLevel(ArrayNode added, ObjectNode vocabulary, ArrayNode merges) {
        ObjectNode model = JsonNodeFactory.instance.objectNode();
        model.put("type", "BPE");
        for (String key : Arrays.asList("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            model.putNull(key);
        }
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        model.set("vocab", vocabulary);
        model.set("merges", merges);
        return file(added, byteLevel(false), byteLevel(true), model);
    }

    private static ObjectNode byteLevel(boolean prefixSpace) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", prefixSpace)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static ArrayNode added(String content, int id) {
        ArrayNode added = JsonNodeFactory.instance.arrayNode();
        added.addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
        return added;
    }

    private static String file(ArrayNode added, ObjectNode preTokenizer, ObjectNode decoder, ObjectNode model) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        root.set("added_tokens", added);
        root.putNull("normalizer");
        root.set("pre_tokenizer", preTokenizer);
        root.putNull("post_processor");
        root.set("decoder", decoder);
        root.set("model", model);
        return Json.pretty(root) + "\n";
    }
}
