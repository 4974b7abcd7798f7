package dev.mojave.result;

/**
 * The difference between two arms at one point of training.
 *
 * @param tokens training tokens seen
 * @param difference mean over seeds of validation loss a - b, nats per token
 */
public record GapPoint(String a, String b, long tokens, double difference, double ciLow, double ciHigh) {}
