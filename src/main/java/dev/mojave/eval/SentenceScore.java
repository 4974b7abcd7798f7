package dev.mojave.eval;

import dev.mojave.data.tokenizer.EncodedText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a model says of a text.
 *
 * @param logProbability sum over its tokens, nats
 * @param tokens how many there are
 * @param words its parts between white space, in order
 */
public record SentenceScore(double logProbability, int tokens, List<Word> words) {
    /**
     * A word with the punctuation that sticks to it.
     *
     * @param surprisal minus the log-probability of its tokens, the space before it included, nats
     */
    public record Word(String text, double surprisal) {}

    /** Keeps the words from changing. */
    public SentenceScore {
        words = List.copyOf(words);
    }

    /** Adds up the scores of a text's tokens; a token counts for the word in which its first character that is not white space lies. */
    static SentenceScore of(String text, EncodedText encoded, double[] logProbabilities) {
        Split split = Split.of(text);
        double[] surprisals = new double[split.words.size()];
        double total = 0;
        int at = 0;
        int tokens = encoded.ids().length;
        for (int i = 0; i < tokens; i++) {
            total += logProbabilities[i];
            if (surprisals.length > 0) {
                // A token of no bytes behind the last byte, such as the rest of a character, belongs to the end.
                surprisals[split.wordAt[Math.min(at, split.wordAt.length - 1)]] -= logProbabilities[i];
            }
            at = encoded.end(i);
        }
        List<Word> scored = new ArrayList<>();
        for (int i = 0; i < surprisals.length; i++) {
            scored.add(new Word(split.words.get(i), surprisals[i]));
        }
        return new SentenceScore(total, tokens, scored);
    }

    /**
     * A text's words, and for each of its UTF-8 bytes the index of the word that it lies in or before; after the last word, the last.
     */
    private static final class Split {
        private final List<String> words;
        private final int[] wordAt;

        private Split(List<String> words, int[] wordAt) {
            this.words = words;
            this.wordAt = wordAt;
        }

        static Split of(String text) {
            List<String> words = new ArrayList<>();
            int[] wordAt = new int[text.getBytes(StandardCharsets.UTF_8).length];
            StringBuilder word = new StringBuilder();
            int at = 0;
            for (int codePoint : text.codePoints().toArray()) {
                if (Character.isWhitespace(codePoint) && !word.isEmpty()) {
                    words.add(word.toString());
                    word.setLength(0);
                } else if (!Character.isWhitespace(codePoint)) {
                    word.appendCodePoint(codePoint);
                }
                int next = at + Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
                Arrays.fill(wordAt, at, next, words.size());
                at = next;
            }
            if (!word.isEmpty()) {
                words.add(word.toString());
            }
            for (int i = 0; i < wordAt.length; i++) {
                wordAt[i] = Math.min(wordAt[i], Math.max(0, words.size() - 1));
            }
            return new Split(words, wordAt);
        }
    }
}
