package dev.mojave.result;

import java.util.List;

/**
 * Perplexity of a model whose weights were rounded to a narrower format, beside the one that it has with its own.
 *
 * @param weights the format, {@code bf16} or {@code int8}
 * @param natsPerToken as in {@link EvalResult}, with rounded weights
 * @param bitsPerToken the same in bits
 * @param bitsPerByte bits per byte of the UTF-8 text
 * @param perplexity exp of nats per token
 * @param tokens predicted tokens
 * @param bytes bytes of text that these tokens stand for
 * @param beginTokens as in {@link EvalResult}
 * @param perplexityFp32 perplexity with the weights as they are
 * @param perplexityChange what rounding adds, as a fraction of that
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
    /** Puts two measurements of one model on one split together. */
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
