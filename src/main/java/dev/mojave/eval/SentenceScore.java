package dev.mojave.eval;

import dev.mojave.data.tokenizer.EncodedText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The log-probability of a text under a model.
 *
 * @param logProbability sum of the log-probabilities of its tokens, in nats
 * @param tokens number of tokens
 * @param words parts of the text between white space, in order
 */
public record SentenceScore(double logProbability, int tokens, List<Word> words) {
    /**
     * A word with the punctuation attached to it.
     *
     * @param text the word
     * @param surprisal negative log-probability of its tokens, including the space before it, in nats
     */
    public record Word(String text, double surprisal) {}

    /** Copies the list of words. */
    public SentenceScore {
        words = List.copyOf(words);
    }

    /** Sums the scores of a text's tokens by word. A token belongs to the word that contains, or follows, the first byte of the token. */
    static SentenceScore of(String text, EncodedText encoded, double[] logProbabilities) {
        Split split = Split.of(text);
        double[] surprisals = new double[split.words.size()];
        double total = 0;
        int at = 0;
        int tokens = encoded.ids().length;
        for (int i = 0; i < tokens; i++) {
            total += logProbabilities[i];
            if (surprisals.length > 0) {
                // A token without bytes after the last byte, such as the rest of a character, belongs to the last word.
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
     * The words of a text and, for each of its UTF-8 bytes, the index of the word that contains or follows the byte; bytes after
     * the last word have the index of the last word.
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
