package dev.mojave.interop.gguf;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.BytePairTokenizer;
import dev.mojave.data.tokenizer.ByteTokenizer;
import dev.mojave.data.tokenizer.LimitedTokenizer;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Writes a byte-level tokenizer in llama.cpp's format: tokens, their types, merges, and GPT-2's rule for splitting text. */
final class GgufTokenizer {
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;

    private GgufTokenizer() {}

    /**
     * Adds a tokenizer to the metadata.
     *
     * @param special the tokens that begin and end texts
     * @param rows number of token embeddings of the model; ids that the tokenizer lacks are marked as unused
     * @throws Failure of kind DATA if it is not byte-level, has no end-of-text token, or looks up whole words before merging
     */
    static void add(GgufMetadata metadata, Tokenizer tokenizer, SpecialTokens special, int rows) {
        JsonNode root = Json.tree(Tokenizers.huggingFace(tokenizer));
        Tokenizer whole = tokenizer instanceof LimitedTokenizer limited ? limited.kept() : tokenizer;
        boolean byteLevel = whole instanceof BytePairTokenizer || whole instanceof ByteTokenizer;
        if (!byteLevel || root.path("pre_tokenizer").path("add_prefix_space").asBoolean(true)) {
            throw Failure.data(
                    "a tokenizer of kind %s cannot be written as GGUF: llama.cpp supports byte-level tokenizers that add no space in"
                            + " front (data.tokenizer: byte, gpt2, or one from 'tokenizer train')",
                    tokenizer.kind());
        }
        if (root.path("model").path("ignore_merges").asBoolean(false)) {
            throw Failure.data(
                    "a tokenizer with ignore_merges: true cannot be written as GGUF: it encodes a word that is a token as that token, but"
                            + " llama.cpp always merges and would split such words differently than in training");
        }
        if (special.ends().isEmpty()) {
            throw Failure.data(
                    "a tokenizer without an end-of-text token cannot be"
                            + " written as GGUF, because another token would end texts there; train with data.document_separator: true");
        }
        if (special.begin().size() > 1) {
            throw Failure.data(
                    "texts of this model begin with the tokens %s, but llama.cpp adds only one; export to another format",
                    special.begin());
        }
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
            if (added.path("id").intValue() >= rows) {
                continue; // the model has no embedding for it
            }
            tokens.set(added.path("id").intValue(), added.path("content").asString());
            // Tokens of ordinary text, such as runs of spaces, are displayed and recognised in prompts; control tokens
            // are not.
            boolean control = added.path("special").asBoolean(false);
            types.set(added.path("id").intValue(), control ? CONTROL : USER_DEFINED);
        }
        metadata.string("tokenizer.ggml.model", "gpt2");
        metadata.string("tokenizer.ggml.pre", "gpt-2");
        metadata.strings("tokenizer.ggml.tokens", tokens);
        metadata.int32s("tokenizer.ggml.token_type", types);
        metadata.strings("tokenizer.ggml.merges", merges(root));
        metadata.uint32(
                "tokenizer.ggml.bos_token_id",
                special.begin().isEmpty() ? special.start() : special.begin().getFirst());
        metadata.uint32("tokenizer.ggml.eos_token_id", special.ends().getFirst());
        if (special.ends().size() > 1) {
            // llama.cpp also ends at this token; it has no keys for further ones.
            metadata.uint32("tokenizer.ggml.eot_token_id", special.ends().get(1));
        }
        metadata.bool("tokenizer.ggml.add_bos_token", !special.begin().isEmpty());
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
