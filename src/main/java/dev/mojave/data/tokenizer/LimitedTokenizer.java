package dev.mojave.data.tokenizer;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * A tokenizer whose last added tokens a model has no embeddings for: a padding token, say, that was added without resizing them. Those
 * tokens are left out, and a text that would become one is refused.
 *
 * @param whole the tokenizer as it was published
 * @param vocabSize the first id that is left out
 */
public record LimitedTokenizer(Tokenizer whole, int vocabSize) implements Tokenizer {
    static final String FORMAT = "limited";

    /** Checks that something is left out and something is left. */
    public LimitedTokenizer {
        Check.that(
                0 < vocabSize && vocabSize < whole.vocabSize(),
                "a vocabulary of %d cannot be cut to %d",
                whole.vocabSize(),
                vocabSize);
    }

    /**
     * Returns the spellings of the tokens that a vocabulary of {@code size} leaves out, if all of them are added special tokens, which no
     * ordinary text becomes; otherwise an empty list.
     */
    static List<String> specialBeyond(Tokenizer tokenizer, int size) {
        boolean file = tokenizer.kind().equals(TokenizerFile.KIND) && !(tokenizer instanceof LimitedTokenizer);
        if (!file) {
            return List.of();
        }
        JsonNode root = Json.tree(tokenizer.toJson());
        List<String> names = new ArrayList<>();
        IntStream.Builder special = IntStream.builder();
        for (JsonNode token : root.path("added_tokens")) {
            if (token.path("id").intValue() >= size && token.path("special").asBoolean(false)) {
                names.add(token.path("content").asString(""));
                special.add(token.path("id").intValue());
            }
        }
        int[] ids = special.build().toArray();
        JsonNode vocabulary = root.path("model").path("vocab");
        IntStream words = vocabulary.isArray()
                ? IntStream.range(0, vocabulary.size())
                : vocabulary.valueStream().mapToInt(JsonNode::intValue);
        IntStream plain = root.path("added_tokens")
                .valueStream()
                .mapToInt(token -> token.path("id").intValue());
        boolean only = IntStream.concat(words, plain)
                .filter(id -> id >= size)
                .allMatch(id -> IntStream.of(ids).anyMatch(known -> known == id));
        return only ? names : List.of();
    }

    @Override
    public String kind() {
        return whole.kind();
    }

    @Override
    public OptionalInt endOfText() {
        OptionalInt end = whole.endOfText();
        return end.isPresent() && end.getAsInt() < vocabSize ? end : OptionalInt.empty();
    }

    /**
     * {@inheritDoc}
     *
     * @throws Failure of kind DATA also if the text spells a token that is left out
     */
    @Override
    public int[] encode(String text) {
        return known(whole.encode(text));
    }

    @Override
    public EncodedText encodeText(String text) {
        EncodedText encoded = whole.encodeText(text);
        known(encoded.ids());
        return encoded;
    }

    private int[] known(int... ids) {
        for (int id : ids) {
            if (id >= vocabSize) {
                throw Failure.data(
                        "the text spells the token %s (id %d), and the model has embeddings for %d tokens alone; take it out of the text",
                        spelling(id), id, vocabSize);
            }
        }
        return ids;
    }

    private String spelling(int id) {
        return Json.tree(whole.toJson())
                .path("added_tokens")
                .valueStream()
                .filter(token -> token.path("id").intValue() == id)
                .map(token -> "'" + token.path("content").asString("") + "'")
                .findFirst()
                .orElse("");
    }

    @Override
    public String decode(int... ids) {
        return whole.decode(checked(ids));
    }

    @Override
    public StreamDecoder streamDecoderAfter(int... before) {
        StreamDecoder decoder = whole.streamDecoderAfter(checked(before));
        return new StreamDecoder() {
            @Override
            public String add(int id) {
                return decoder.add(checked(id)[0]);
            }

            @Override
            public String finish() {
                return decoder.finish();
            }
        };
    }

    private int[] checked(int... ids) {
        for (int id : ids) {
            Check.that(id >= 0 && id < vocabSize, "token id %d is outside the vocabulary of %d", id, vocabSize);
        }
        return ids;
    }

    @Override
    public int byteLength(int id) {
        return whole.byteLength(checked(id)[0]);
    }

    @Override
    public String toJson() {
        return Json.pretty(Json.mapper()
                .createObjectNode()
                .put("type", FORMAT)
                .put("version", 1)
                .put("vocab_size", vocabSize)
                .put("file", whole.toJson()));
    }
}
