package dev.mojave.result;

/**
 * Text that a model wrote.
 *
 * @param text the continuation, without the prompt
 * @param tokens generated tokens
 * @param tokensPerSecond decoding speed, prompt excluded
 * @param promptTokens tokens of the prompt, those that were put in front of it included
 * @param promptTokensLeftOut how many of them did not fit into the context and were not read
 */
public record GenerateResult(
        String text, int tokens, double tokensPerSecond, int promptTokens, int promptTokensLeftOut) {}
