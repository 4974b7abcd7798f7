package dev.mojave.data.tokenizer.library;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Detects added tokens over which Hugging Face's library aborts the process when it searches a text: tokens that the normalizer reduces
 * to nothing, which would match even inside characters; and white-space tokens with {@code lstrip} if another token has {@code rstrip},
 * because both may claim the same space. Only the library knows the output of its normalizers, so the probe asks it, with a tokenizer
 * that consists of the normalizer alone.
 */
public final class AddedTokenProbe {
    private static final JsonNode NONE = JsonNodeFactory.instance.nullNode();

    /** Splits at white space and drops it. */
    private static final JsonNode WITHOUT_SPACE = Json.tree(
            "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"\\\\s\"}, \"behavior\": \"Removed\", \"invert\": false}");

    private AddedTokenProbe() {}

    /**
     * Checks the added tokens of a file whose other parts have been checked.
     *
     * @param place name of the file in messages
     * @throws Failure of kind DATA if the library could not search for one of them
     */
    public static void require(JsonNode root, String place) {
        List<JsonNode> tokens = root.path("added_tokens")
                .valueStream()
                .filter(token -> token.path("content").isString())
                .filter(token -> !token.path("content").stringValue().isEmpty())
                .toList();
        JsonNode normalizer = root.path("normalizer").isObject() ? root.path("normalizer") : NONE;
        Predicate<JsonNode> normalized = token -> flag(token, "normalized");
        if (normalizer.isObject()) {
            firstWithoutText(tokens.stream().filter(normalized).toList(), normalizer, NONE, place)
                    .ifPresent(token -> {
                        throw Failure.data(
                                "%s: the normalizer leaves nothing of the added token %s; give the token \"normalized\": false",
                                place, token.path("content"));
                    });
        }
        if (tokens.stream().noneMatch(token -> flag(token, "rstrip"))) {
            return;
        }
        List<JsonNode> reaching = tokens.stream()
                .filter(token -> flag(token, "lstrip") && !flag(token, "rstrip"))
                .toList();
        firstWithoutText(reaching.stream().filter(normalized.negate()).toList(), NONE, WITHOUT_SPACE, place)
                .or(() -> firstWithoutText(
                        reaching.stream().filter(normalized).toList(), normalizer, WITHOUT_SPACE, place))
                .ifPresent(token -> {
                    throw Failure.data(
                            "%s: the added token %s is white space with \"lstrip\": true, and another has"
                                    + " \"rstrip\": true, so both would claim the same space; give this one"
                                    + " \"lstrip\": false",
                            place, token.path("content"));
                });
    }

    private static boolean flag(JsonNode token, String name) {
        return token.path(name).asBoolean(false);
    }

    private static Optional<JsonNode> firstWithoutText(
            List<JsonNode> tokens, JsonNode normalizer, JsonNode preTokenizer, String place) {
        if (tokens.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode root = file(normalizer, preTokenizer);
        try (TokenLibrary library = TokenLibrary.open(Json.line(root), root, place)) {
            return tokens.stream()
                    .filter(token ->
                            library.encode(token.path("content").stringValue()).ids().length == 0)
                    .findFirst();
        }
    }

    /** Returns a tokenizer without words, so that every piece of text is one unknown token. */
    private static ObjectNode file(JsonNode normalizer, JsonNode preTokenizer) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("version", "1.0").putArray("added_tokens");
        root.set("normalizer", normalizer);
        root.set("pre_tokenizer", preTokenizer);
        root.putObject("model")
                .put("type", "WordLevel")
                .put("unk_token", "u")
                .putObject("vocab")
                .put("u", 0);
        return root;
    }
}
