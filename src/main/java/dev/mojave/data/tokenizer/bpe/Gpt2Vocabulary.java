package dev.mojave.data.tokenizer.bpe;

import dev.mojave.base.Check;
import dev.mojave.data.tokenizer.vocabulary.ByteLevel;
import dev.mojave.data.tokenizer.vocabulary.Vocabulary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * GPT-2's vocabulary, built from the 50,000 merges that OpenAI published (their licence is in NOTICE).
 *
 * @param vocabulary the 50,257 ids and their bytes
 * @param pairs the encoder that applies the merges
 */
public record Gpt2Vocabulary(Vocabulary vocabulary, BytePairs pairs) {
    private static final String RESOURCE = "gpt2.merges";
    private static final int BYTES = 256;
    private static final int END_OF_TEXT = 50_256;

    /** Returns the merges in order, each as two spellings separated by a space. */
    static List<String> merges() {
        try (InputStream in = Objects.requireNonNull(Gpt2Vocabulary.class.getResourceAsStream(RESOURCE), RESOURCE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines().skip(1).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads the vocabulary, which takes a moment. */
    public static Gpt2Vocabulary load() {
        byte[][] bytesOf = new byte[END_OF_TEXT + 1][];
        int[] idOfByte = new int[BYTES];
        Map<String, Integer> idOf = HashMap.newHashMap(END_OF_TEXT);
        for (int value = 0; value < BYTES; value++) {
            int id = ByteLevel.rank(value);
            idOfByte[value] = id;
            bytesOf[id] = new byte[] {(byte) value};
            idOf.put(ByteLevel.spelling(bytesOf[id]), id);
        }
        PairTable pairs = new PairTable(END_OF_TEXT - BYTES);
        int next = BYTES;
        for (String merge : merges()) {
            int space = merge.indexOf(' ');
            String left = merge.substring(0, space);
            String right = merge.substring(space + 1);
            pairs.put(idOf.getOrDefault(left, -1), idOf.getOrDefault(right, -1), next - BYTES, next);
            bytesOf[next] = ByteLevel.bytes(left + right);
            idOf.put(left + right, next++);
        }
        Check.that(next == END_OF_TEXT, "GPT-2 has %d tokens before its last, not %d", END_OF_TEXT, next);
        bytesOf[END_OF_TEXT] = new byte[0];
        Vocabulary vocabulary =
                new Vocabulary(bytesOf, OptionalInt.of(END_OF_TEXT), true, OptionalInt.empty(), Optional.empty());
        int[] ids = IntStream.range(0, END_OF_TEXT).toArray();
        // The merges yield every token, so looking up whole pieces first changes nothing and saves the check.
        return new Gpt2Vocabulary(vocabulary, new BytePairs(bytesOf, ids, idOfByte, pairs, true));
    }
}
