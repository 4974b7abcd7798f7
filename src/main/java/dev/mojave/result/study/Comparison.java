package dev.mojave.result.study;

import org.jspecify.annotations.Nullable;

/**
 * The comparison of arm {@code a} with arm {@code b} over seeds. A single seed gives a difference but no interval: then {@code ciLow},
 * {@code ciHigh} and {@code detectableDifference} are null, in JSON too.
 *
 * @param metric {@code val_loss}
 * @param difference mean of a - b, nats per token: positive if b is better
 * @param ciLow lower end of the confidence interval
 * @param ciHigh upper end of the confidence interval
 * @param level confidence level, 0.95
 * @param method {@code paired t over seeds}
 * @param n number of pairs
 * @param detectableDifference smallest true difference that this many pairs would detect with 80% power at this level
 */
public record Comparison(
        String a,
        String b,
        String metric,
        double difference,
        @Nullable Double ciLow,
        @Nullable Double ciHigh,
        double level,
        String method,
        int n,
        @Nullable Double detectableDifference) {}
