package dev.mojave.data.tokenizer;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.data.tokenizer.vocabulary.EndOfText;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer file whose last added tokens a model has no embeddings for: a padding token, say, that was added without resizing them. Those
 * tokens are left out, and a text that would become one is refused.
 */
public final class LimitedTokenizer implements Tokenizer {
    static final String FORMAT = "limited";

    private final String file;
    private final int embeddings;
    private final Tokenizer kept;
    private final List<String> leftOut;

    private LimitedTokenizer(String file, int embeddings, Tokenizer kept, List<String> leftOut) {
        this.file = file;
        this.embeddings = embeddings;
        this.kept = kept;
        this.leftOut = leftOut;
    }

    /**
     * Reads a tokenizer file for a model with the given number of embeddings.
     *
     * @return nothing if no id is beyond them, or if not all that are belong to added special tokens, which no ordinary text becomes
     */
    static Optional<Tokenizer> of(String file, JsonNode root, int embeddings, EndOfText end, String place) {
        Map<Integer, String> special = new TreeMap<>();
        Set<Integer> beyond = new HashSet<>();
        for (JsonNode token : root.path("added_tokens")) {
            int id = token.path("id").asInt(-1);
            beyond.add(id);
            if (id >= embeddings && token.path("special").asBoolean(false)) {
                special.put(id, token.path("content").asString(""));
            }
        }
        JsonNode vocabulary = root.path("model").path("vocab");
        IntStream words = vocabulary.isArray()
                ? IntStream.range(0, vocabulary.size())
                : vocabulary.valueStream().mapToInt(id -> id.asInt(-1));
        words.forEach(beyond::add);
        beyond.removeIf(id -> id < embeddings);
        if (special.isEmpty() || !special.keySet().containsAll(beyond)) {
            return Optional.empty();
        }
        Tokenizer kept = Tokenizers.fromJson(Json.line(without(special, root)), end, place);
        return Optional.of(new LimitedTokenizer(file, embeddings, kept, List.copyOf(special.values())));
    }

    private static ObjectNode without(Map<Integer, String> special, JsonNode root) {
        ObjectNode less = ((ObjectNode) root).deepCopy();
        ArrayNode added = less.putArray("added_tokens");
        root.path("added_tokens").forEach(token -> {
            if (!special.containsKey(token.path("id").asInt(-1))) {
                added.add(token);
            }
        });
        if (less.path("model").path("vocab") instanceof ObjectNode vocabulary) {
            special.values().forEach(vocabulary::remove); // some files have added tokens there too
        }
        return less;
    }

    /** Returns the file as it was published. */
    String file() {
        return file;
    }

    /** Returns the tokenizer without what is left out. */
    public Tokenizer kept() {
        return kept;
    }

    /** Returns the tokens that are left out. */
    List<String> leftOut() {
        return leftOut;
    }

    /** Returns how many token embeddings the model has. */
    int embeddings() {
        return embeddings;
    }

    @Override
    public String kind() {
        return kept.kind();
    }

    @Override
    public int vocabSize() {
        return kept.vocabSize();
    }

    @Override
    public OptionalInt endOfText() {
        return kept.endOfText();
    }

    /**
     * {@inheritDoc}
     *
     * @throws Failure of kind DATA also if the text spells a token that is left out
     */
    @Override
    public int[] encode(String text) {
        requireReadable(text);
        return kept.encode(text);
    }

    @Override
    public EncodedText encodeText(String text) {
        requireReadable(text);
        return kept.encodeText(text);
    }

    private void requireReadable(String text) {
        for (String token : leftOut) {
            if (!token.isEmpty() && text.contains(token)) {
                throw Failure.data(
                        "the text spells the token '%s', for which the model, with embeddings of %d tokens, has none; take it out of the text",
                        token, embeddings);
            }
        }
    }

    @Override
    public String decode(int... ids) {
        return kept.decode(ids);
    }

    @Override
    public StreamDecoder streamDecoderAfter(int... before) {
        return kept.streamDecoderAfter(before);
    }

    @Override
    public int byteLength(int id) {
        return kept.byteLength(id);
    }

    @Override
    public String toJson() {
        return Json.pretty(Json.mapper()
                .createObjectNode()
                .put("type", FORMAT)
                .put("version", 1)
                .put("vocab_size", embeddings)
                .put("file", file));
    }
}
