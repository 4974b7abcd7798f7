package dev.mojave.result;

import java.util.List;

/**
 * Perplexity of a model on a split.
 *
 * @param natsPerToken mean cross-entropy, natural logarithm
 * @param bitsPerToken the same in bits
 * @param bitsPerByte bits per byte of the UTF-8 text: comparable between tokenizers
 * @param perplexity exp of nats per token
 * @param tokens predicted tokens
 * @param bytes bytes of text that these tokens stand for
 * @param beginTokens ids that were put in front of every window, as the model's texts begin with them; none if none were
 */
public record EvalResult(
        double natsPerToken,
        double bitsPerToken,
        double bitsPerByte,
        double perplexity,
        long tokens,
        long bytes,
        List<Integer> beginTokens) {}
