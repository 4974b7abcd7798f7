package dev.mojave.result;

import java.util.List;

/**
 * Perplexity of a model whose weights were rounded to a narrower format, compared with that of its original weights.
 *
 * @param weights format of the rounded weights, {@code bf16} or {@code int8}
 * @param natsPerToken mean cross-entropy in nats per token, with rounded weights as are the next three
 * @param bitsPerToken mean cross-entropy in bits per token
 * @param bitsPerByte bits per byte of the UTF-8 text
 * @param perplexity exp(natsPerToken)
 * @param tokens number of predicted tokens
 * @param bytes number of bytes of text that these tokens represent
 * @param beginTokens ids put in front of every window, as in {@link EvalResult}
 * @param perplexityFp32 perplexity with the original weights
 * @param perplexityChange relative increase of perplexity by rounding
 */
public record RoundedEvalResult(
        String weights,
        double natsPerToken,
        double bitsPerToken,
        double bitsPerByte,
        double perplexity,
        long tokens,
        long bytes,
        List<Integer> beginTokens,
        double perplexityFp32,
        double perplexityChange) {
    /** Combines two measurements of one model on one split. */
    public static RoundedEvalResult of(String weights, EvalResult rounded, EvalResult exact) {
        return new RoundedEvalResult(
                weights,
                rounded.natsPerToken(),
                rounded.bitsPerToken(),
                rounded.bitsPerByte(),
                rounded.perplexity(),
                rounded.tokens(),
                rounded.bytes(),
                rounded.beginTokens(),
                exact.perplexity(),
                rounded.perplexity() / exact.perplexity() - 1);
    }
}
