package dev.mojave.result.study;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The results of one point of a sweep, over its seeds.
 *
 * @param name {@code point-N}, which is also the folder of its trials
 * @param label its values in one line
 * @param values values by dotted key, as typed in YAML
 * @param rank rank from 1, the best; null if a seed has no result, which excludes the point from the ranking
 * @param rung highest rung that it was trained on, from 1; 1 without halving
 * @param tokens training tokens of its longest trial
 * @param model one-line description of the model
 * @param parametersTotal number of trained parameters
 * @param parametersActive number of parameters that one token uses
 * @param flopsPerToken training FLOPs per token
 * @param valLoss last evaluation over all held-out windows, at the highest rung
 * @param bestValLoss best evaluation seen during training, at the highest rung
 * @param tokensPerSecond training throughput, median over seeds
 * @param wallSeconds training wall time including evaluation, median over seeds
 * @param peakMemoryBytes peak resident memory, maximum over seeds
 * @param againstBest difference from the best point; null for the best point itself, for points with other budgets and for points without a rank
 */
public record SweepPoint(
        String name,
        String label,
        Map<String, String> values,
        @Nullable Integer rank,
        int rung,
        long tokens,
        String model,
        long parametersTotal,
        long parametersActive,
        long flopsPerToken,
        Summary valLoss,
        Summary bestValLoss,
        double tokensPerSecond,
        double wallSeconds,
        long peakMemoryBytes,
        @Nullable Difference againstBest) {
    /**
     * The loss of a point minus that of the best one, paired over seeds. One seed gives a difference but no interval and no p-value.
     *
     * @param mean mean difference, nats per token; not negative, because the best point has the lowest loss
     * @param ciLow lower end of the interval, which is not corrected for the number of comparisons
     * @param ciHigh upper end of the interval
     * @param level confidence level, 0.95
     * @param n number of pairs
     * @param pValue two-sided p-value of the paired t test
     * @param holm p-value corrected by Holm's procedure (1979) for all pairs of points, because the best point was chosen by the same losses
     */
    public record Difference(
            double mean,
            @Nullable Double ciLow,
            @Nullable Double ciHigh,
            double level,
            int n,
            @Nullable Double pValue,
            @Nullable Double holm) {
        /** Returns whether the point was shown to be worse than the best one at this level, corrected for all comparisons. */
        public boolean shown() {
            return holm != null && holm <= 1 - level;
        }
    }
}
