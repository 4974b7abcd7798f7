package dev.mojave.result;

/**
 * Text that a model generated.
 *
 * @param text the continuation, without the prompt
 * @param tokens number of generated tokens
 * @param tokensPerSecond decoding speed, excluding the prompt
 * @param promptTokens number of tokens of the prompt, including those put in front of it
 * @param promptTokensLeftOut number of prompt tokens that did not fit into the context and were left out
 */
public record GenerateResult(
        String text, int tokens, double tokensPerSecond, int promptTokens, int promptTokensLeftOut) {}
