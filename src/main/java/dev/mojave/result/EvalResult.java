package dev.mojave.result;

import java.util.List;

/**
 * Perplexity of a model on a split.
 *
 * @param natsPerToken mean cross-entropy in nats per token
 * @param bitsPerToken mean cross-entropy in bits per token
 * @param bitsPerByte bits per byte of the UTF-8 text, which is comparable between tokenizers
 * @param perplexity exp(natsPerToken)
 * @param tokens number of predicted tokens
 * @param bytes number of bytes of text that these tokens represent
 * @param beginTokens ids put in front of every window because the model's texts begin with them; may be empty
 */
public record EvalResult(
        double natsPerToken,
        double bitsPerToken,
        double bitsPerByte,
        double perplexity,
        long tokens,
        long bytes,
        List<Integer> beginTokens) {}
