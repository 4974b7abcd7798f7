package dev.mojave.data.tokenizer.vocabulary;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The ids of a {@code tokenizer.json}: their number, their text, and which one ends a text. */
public final class Vocabulary {
    /** Names of the end-of-text token in published tokenizers, tried in this order. */
    private static final List<String> ENDS =
            List.of("<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "<|eos|>", "[EOS]", "<|im_end|>", "[SEP]");

    /** Larger than in any published file; the limit keeps a damaged file from exhausting the memory. */
    private static final int LARGEST_ID = (1 << 24) - 1;

    private final byte[][] bytesOf;
    private final OptionalInt endOfText;
    private final boolean byteLevel;
    private final OptionalInt unknown;
    private final Optional<String> namedEnd;

    /** Creates a vocabulary from its parts. */
    public Vocabulary(
            byte[][] bytesOf,
            OptionalInt endOfText,
            boolean byteLevel,
            OptionalInt unknown,
            Optional<String> namedEnd) {
        this.bytesOf = bytesOf;
        this.endOfText = endOfText;
        this.byteLevel = byteLevel;
        this.unknown = unknown;
        this.namedEnd = namedEnd;
    }

    /**
     * Reads the vocabulary of a {@code tokenizer.json}.
     *
     * @param end how the end-of-text token is chosen
     * @param place name of the file in messages
     * @throws Failure of kind DATA if it has no vocabulary, or one with invalid ids; USAGE if it lacks the end-of-text token that the
     *     user named
     */
    public static Vocabulary of(JsonNode root, EndOfText end, String place) {
        Map<Integer, String> tokens = tokens(root.path("model").path("vocab"), place);
        if (tokens.isEmpty()) {
            throw Failure.data("%s is not a Hugging Face tokenizer: it has no model.vocab", place);
        }
        boolean byteLevel = mentions(root.path("decoder"), "ByteLevel");
        Map<Integer, byte[]> bytes = new TreeMap<>();
        tokens.forEach((id, token) -> bytes.put(id, byteLevel ? ByteLevel.bytes(token) : spelling(token)));
        Map<String, Integer> added = new LinkedHashMap<>();
        for (JsonNode token : root.path("added_tokens")) {
            String content = token.path("content").asString("");
            int id = id(token.path("id"), content, place);
            boolean special = token.path("special").asBoolean(false);
            bytes.put(id, special ? new byte[0] : content.getBytes(StandardCharsets.UTF_8));
            added.put(content, id);
        }
        Optional<String> named = end.among(added.keySet(), place);
        OptionalInt endId = Stream.concat(named.stream(), ENDS.stream())
                .filter(added::containsKey)
                .mapToInt(name -> added.getOrDefault(name, -1))
                .findFirst();
        endId.ifPresent(id -> bytes.put(id, new byte[0]));
        int size = bytes.keySet().stream().mapToInt(id -> id).max().orElse(-1) + 1;
        byte[][] bytesOf = new byte[size][];
        for (int id = 0; id < size; id++) {
            bytesOf[id] = bytes.getOrDefault(id, new byte[0]);
        }
        return new Vocabulary(bytesOf, endId, byteLevel, unknown(root.path("model"), tokens), named);
    }

    /** A Unigram model gives the id of its unknown token, the others give its content. */
    private static OptionalInt unknown(JsonNode model, Map<Integer, String> tokens) {
        if (model.path("unk_id").isIntegralNumber()) {
            return OptionalInt.of(model.path("unk_id").intValue());
        }
        String name = model.path("unk_token").asString("");
        return tokens.entrySet().stream()
                .filter(token -> token.getValue().equals(name))
                .mapToInt(Map.Entry::getKey)
                .findFirst();
    }

    private static Map<Integer, String> tokens(JsonNode vocabulary, String place) {
        Map<Integer, String> tokens = new TreeMap<>();
        if (vocabulary.isArray()) {
            for (JsonNode entry : vocabulary) {
                tokens.put(tokens.size(), entry.path(0).asString(""));
            }
        } else {
            vocabulary
                    .properties()
                    .forEach(entry -> tokens.put(id(entry.getValue(), entry.getKey(), place), entry.getKey()));
        }
        return tokens;
    }

    /**
     * Returns the id of a token in a file.
     *
     * @throws Failure of kind DATA if it is not a valid id
     */
    public static int id(JsonNode id, String token, String place) {
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() > LARGEST_ID) {
            throw Failure.data(
                    "%s: token '%s' has the id %s; ids are whole numbers from 0 to %,d",
                    place, token, id.isMissingNode() ? "(none)" : id, LARGEST_ID);
        }
        return id.intValue();
    }

    /**
     * Returns the bytes that a token spells: a byte-fallback token is one byte, the word mark U+2581 a space, and the continuation mark
     * ## nothing.
     */
    private static byte[] spelling(String token) {
        if (token.matches("<0x[0-9A-Fa-f]{2}>")) {
            return new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)};
        }
        String text = token.startsWith("##") && token.length() > 2 ? token.substring(2) : token;
        return text.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
    }

    private static boolean mentions(JsonNode decoder, String type) {
        if (type.equals(decoder.path("type").asString(""))) {
            return true;
        }
        for (JsonNode part : decoder.path("decoders")) {
            if (mentions(part, type)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the number of ids. */
    public int size() {
        return bytesOf.length;
    }

    /** Returns the id that ends a text, if there is one. */
    public OptionalInt endOfText() {
        return endOfText;
    }

    /** Returns the content of the end-of-text token, if it was named and not guessed. */
    public Optional<String> namedEnd() {
        return namedEnd;
    }

    /** Returns the id of the unknown token, if there is one. */
    public OptionalInt unknown() {
        return unknown;
    }

    /** Returns whether ids are sequences of bytes, so that decoding concatenates them. */
    public boolean byteLevel() {
        return byteLevel;
    }

    /** Returns the bytes of an id; the array must not be changed. */
    public byte[] bytes(int id) {
        check(id);
        return bytesOf[id];
    }

    /** Returns the concatenated bytes of ids, decoded as UTF-8. */
    public String text(int... ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(ids.length * 4);
        for (int id : ids) {
            out.writeBytes(bytes(id));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Checks that an id is in the vocabulary. */
    public void check(int id) {
        Check.that(id >= 0 && id < bytesOf.length, "token id %d is outside the vocabulary of %d", id, bytesOf.length);
    }
}
