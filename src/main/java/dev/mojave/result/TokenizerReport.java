package dev.mojave.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of a tokenizer on a text.
 *
 * @param kind kind of tokenizer, as {@code Tokenizer.kind()} returns it
 * @param vocabSize number of ids
 * @param endOfText id that separates documents; null if there is none
 * @param bytes number of UTF-8 bytes of the text
 * @param characters number of code points of the text
 * @param words number of words, which are separated by white space
 * @param tokens number of tokens of the text
 * @param bytesPerToken bytes / tokens
 * @param charactersPerToken characters / tokens
 * @param fertility tokens / words
 * @param unknownTokens number of unknown tokens, or of characters that a character vocabulary lacks
 * @param coverage share of the tokens that are not unknown
 * @param vocabularyUsed number of distinct ids that occurred
 * @param vocabularyShare vocabularyUsed / vocabSize
 * @param frequent ten most frequent tokens
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
     * @param id id of the token
     * @param text decoded text of the token alone
     * @param count number of occurrences
     */
    public record Frequent(int id, String text, long count) {}
}
