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
 * A tokenizer file limited to the ids for which a model has embeddings. The last added tokens have none, for example a padding token that
 * was added without resizing the embeddings; they are left out, and a text that contains one is refused.
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
     * @return the tokenizer; empty if every id has an embedding, or if an id without one does not belong to an added special token, which
     *     no ordinary text is encoded as
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

    /** Returns the tokenizer without the tokens that are left out. */
    public Tokenizer kept() {
        return kept;
    }

    /** Returns the tokens that are left out. */
    List<String> leftOut() {
        return leftOut;
    }

    /** Returns the number of token embeddings of the model. */
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
     * @throws Failure of kind DATA also if the text contains a token that is left out
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
                        "the text contains the token '%s', for which the model, with %d token embeddings, has none;"
                                + " remove it from the text",
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
