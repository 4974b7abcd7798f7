package dev.mojave.result;

/**
 * Text that a model wrote.
 *
 * @param text the continuation, without the prompt
 * @param tokens generated tokens
 * @param tokensPerSecond decoding speed, prompt excluded
 */
public record GenerateResult(String text, int tokens, double tokensPerSecond) {}
