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

/** What a {@code tokenizer.json} says about its ids: how many, their text, and which one ends a text. */
public final class Vocabulary {
    /** Names under which published tokenizers have their end-of-text token, tried in this order. */
    private static final List<String> ENDS =
            List.of("<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "<|eos|>", "[EOS]", "<|im_end|>", "[SEP]");

    /** Larger than in any published file; a damaged one must not take all memory. */
    private static final int LARGEST_ID = (1 << 24) - 1;

    private final byte[][] bytesOf;
    private final OptionalInt endOfText;
    private final boolean byteLevel;
    private final OptionalInt unknown;
    private final Optional<String> namedEnd;

    /** Makes a vocabulary of known parts. */
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
     * @param end which token ends a text
     * @param place what to call the file in messages
     * @throws Failure of kind DATA if it has no vocabulary, or one with ids that cannot be; USAGE if it lacks the token that ends texts
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

    /** Unigram gives the id of its unknown token, the others give its name. */
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
     * Returns the id that a file gives a token.
     *
     * @throws Failure of kind DATA if it is not one
     */
    public static int id(JsonNode id, String token, String place) {
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() > LARGEST_ID) {
            throw Failure.data(
                    "%s: token '%s' has the id %s; ids are whole numbers from 0 to %,d",
                    place, token, id.isMissingNode() ? "(none)" : id, LARGEST_ID);
        }
        return id.intValue();
    }

    /** Bytes of a token's spelling: a byte fallback is one byte, the word mark a space, a continuation mark nothing. */
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

    /** Returns how many ids there are. */
    public int size() {
        return bytesOf.length;
    }

    /** Returns the id that ends a text, if there is one. */
    public OptionalInt endOfText() {
        return endOfText;
    }

    /** Returns the content of the token that was named as the one that ends texts, where it was named and not guessed. */
    public Optional<String> namedEnd() {
        return namedEnd;
    }

    /** The id that stands for what the vocabulary lacks, if there is one. */
    public OptionalInt unknown() {
        return unknown;
    }

    /** Whether ids stand for bytes, so that decoding is joining them. */
    public boolean byteLevel() {
        return byteLevel;
    }

    /** Returns the bytes that an id stands for, which must not be changed. */
    public byte[] bytes(int id) {
        check(id);
        return bytesOf[id];
    }

    /** Returns the text of ids whose bytes together are UTF-8. */
    public String text(int... ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(ids.length * 4);
        for (int id : ids) {
            out.writeBytes(bytes(id));
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Checks that an id is one of the vocabulary's. */
    public void check(int id) {
        Check.that(id >= 0 && id < bytesOf.length, "token id %d is outside the vocabulary of %d", id, bytesOf.length);
    }
}
