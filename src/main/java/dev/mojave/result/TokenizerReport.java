package dev.mojave.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a tokenizer treats a text.
 *
 * @param kind what {@code Tokenizer.kind()} says
 * @param vocabSize ids
 * @param endOfText the id that separates documents; null if there is none
 * @param bytes UTF-8 bytes of the text
 * @param characters code points of the text
 * @param words runs of what is not white space
 * @param tokens ids that the text became
 * @param bytesPerToken bytes / tokens
 * @param charactersPerToken characters / tokens
 * @param fertility tokens / words
 * @param unknownTokens tokens that say "unknown", or characters that a character vocabulary lacks
 * @param coverage share of the tokens that are not unknown
 * @param vocabularyUsed ids that occurred
 * @param vocabularyShare vocabularyUsed / vocabSize
 * @param frequent the ten most frequent tokens
 */
public record TokenizerReport(
        String kind,
        int vocabSize,
        @Nullable Integer endOfText,
        long bytes,
        long characters,
        long words,
        long tokens,
        double bytesPerToken,
        double charactersPerToken,
        double fertility,
        long unknownTokens,
        double coverage,
        long vocabularyUsed,
        double vocabularyShare,
        List<Frequent> frequent) {
    /**
     * A token and how often it occurred.
     *
     * @param id its id
     * @param text what it decodes to alone
     * @param count occurrences
     */
    public record Frequent(int id, String text, long count) {}
}
