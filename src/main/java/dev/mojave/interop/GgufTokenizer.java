package dev.mojave.interop;

import dev.mojave.base.Failure;
import dev.mojave.base.Json;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Writes a byte-level tokenizer as llama.cpp reads it: tokens, their types, merges, and GPT-2's way of splitting text. */
final class GgufTokenizer {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int UNUSED = 5;

    private GgufTokenizer() {}

    /**
     * Adds the tokenizer.
     *
     * @param rows token embeddings of the model; ids that the tokenizer lacks are called unused
     * @throws Failure of kind DATA if it is not byte-level or does not end texts
     */
    static void add(GgufMetadata metadata, Tokenizer tokenizer, int rows) {
        JsonNode root = Json.tree(Tokenizers.huggingFace(tokenizer));
        boolean byteLevel = tokenizer instanceof BytePairTokenizer || tokenizer instanceof ByteTokenizer;
        if (!byteLevel || root.path("pre_tokenizer").path("add_prefix_space").asBoolean(false)) {
            throw Failure.data(
                    "a tokenizer of kind %s cannot be written as GGUF: llama.cpp has byte-level tokenizers without a space in"
                            + " front (data.tokenizer: byte, gpt2, or one that 'tokenizer train' made)",
                    tokenizer.kind());
        }
        int end = tokenizer
                .endOfText()
                .orElseThrow(
                        () -> Failure.data(
                                "a tokenizer without an end-of-text token cannot be"
                                        + " written as GGUF, where another token would end texts; train with data.document_separator: true"));
        List<String> tokens = new ArrayList<>();
        List<Integer> types = new ArrayList<>(Collections.nCopies(rows, UNUSED));
        for (int id = 0; id < rows; id++) {
            tokens.add("[unused" + id + "]");
        }
        for (Map.Entry<String, JsonNode> token :
                root.path("model").path("vocab").properties()) {
            tokens.set(token.getValue().intValue(), token.getKey());
            types.set(token.getValue().intValue(), NORMAL);
        }
        for (JsonNode added : root.path("added_tokens")) {
            tokens.set(added.path("id").intValue(), added.path("content").asString());
            types.set(added.path("id").intValue(), CONTROL);
        }
        metadata.string("tokenizer.ggml.model", "gpt2");
        metadata.string("tokenizer.ggml.pre", "gpt-2");
        metadata.strings("tokenizer.ggml.tokens", tokens);
        metadata.int32s("tokenizer.ggml.token_type", types);
        metadata.strings("tokenizer.ggml.merges", merges(root));
        metadata.uint32("tokenizer.ggml.bos_token_id", end);
        metadata.uint32("tokenizer.ggml.eos_token_id", end);
        metadata.bool("tokenizer.ggml.add_bos_token", false);
    }

    private static List<String> merges(JsonNode root) {
        List<String> merges = new ArrayList<>();
        for (JsonNode merge : root.path("model").path("merges")) {
            merges.add(
                    merge.isArray()
                            ? merge.path(0).asString() + " " + merge.path(1).asString()
                            : merge.asString());
        }
        return merges;
    }
}
