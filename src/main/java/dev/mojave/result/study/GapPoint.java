package dev.mojave.result.study;

import org.jspecify.annotations.Nullable;

/**
 * The difference between two arms at one point of training. A single seed gives no interval: then its ends are null, in JSON
 * too.
 *
 * @param tokens training tokens seen
 * @param difference mean over seeds of the validation loss of a minus that of b, nats per token
 * @param ciLow lower end of the 95% confidence interval
 * @param ciHigh upper end of the 95% confidence interval
 */
public record GapPoint(
        String a,
        String b,
        long tokens,
        double difference,
        @Nullable Double ciLow,
        @Nullable Double ciHigh) {}
