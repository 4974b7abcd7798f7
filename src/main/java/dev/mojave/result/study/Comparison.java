package dev.mojave.result.study;

import java.util.Map;
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
 * @param detectableDifference the smallest true difference that this many pairs would detect with 80% power at this level
 * @param pValue two-sided p-value of the paired t test; null with one pair, and in files written before it was recorded
 * @param holm the p-value corrected by Holm's procedure (1979) for all comparisons of the study, or of all cells of the map; null as above
 * @param bySeed the difference of each pair, by seed; null in files written before it was recorded
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
        @Nullable Double detectableDifference,
        @Nullable Double pValue,
        @Nullable Double holm,
        @Nullable Map<Long, Double> bySeed) {
    /** A comparison without p-values and single pairs. */
    public Comparison(
            String a,
            String b,
            String metric,
            double difference,
            @Nullable Double ciLow,
            @Nullable Double ciHigh,
            double level,
            String method,
            int n,
            @Nullable Double detectableDifference) {
        this(a, b, metric, difference, ciLow, ciHigh, level, method, n, detectableDifference, null, null, null);
    }

    /** Returns the same with a corrected p-value. */
    public Comparison withHolm(@Nullable Double corrected) {
        return new Comparison(
                a,
                b,
                metric,
                difference,
                ciLow,
                ciHigh,
                level,
                method,
                n,
                detectableDifference,
                pValue,
                corrected,
                bySeed);
    }

    /**
     * Returns which arm was shown to be better, all comparisons considered: 1 if b, -1 if a, 0 if neither. Where no corrected p-value was
     * recorded the interval decides.
     */
    public int shown() {
        if (ciLow == null || ciHigh == null) {
            return 0;
        }
        boolean is = holm == null ? ciLow > 0 || ciHigh < 0 : holm <= 1 - level;
        return is ? difference > 0 ? 1 : -1 : 0;
    }
}
