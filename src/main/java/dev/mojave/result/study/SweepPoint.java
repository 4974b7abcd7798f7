package dev.mojave.result.study;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one point of a sweep showed, over its seeds.
 *
 * @param name {@code point-N}, the folder of its trials
 * @param label its values in a line
 * @param values by the key's dotted path, as typed in YAML
 * @param rank from 1, the best; null where a seed has no result, which takes the point out of the ranking
 * @param rung the highest that it was trained for, from 1; 1 without halving
 * @param tokens training tokens of its longest trial
 * @param model the model in one line
 * @param parametersTotal everything that is trained
 * @param parametersActive parameters that one token uses
 * @param flopsPerToken training FLOPs per token
 * @param valLoss last evaluation over all held-out windows, at the highest rung
 * @param bestValLoss best evaluation seen during training, at the highest rung
 * @param tokensPerSecond training throughput, median over seeds
 * @param wallSeconds training wall time including evaluation, median over seeds
 * @param peakMemoryBytes peak resident memory, maximum over seeds
 * @param againstBest its difference from the best point; null for the best itself, for points of other budgets and for those without a rank
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
     * A point minus the best one, paired over seeds. One seed has a difference and nothing else.
     *
     * @param mean nats per token: positive, since the best is the best
     * @param ciLow lower end of the interval, which stands for itself: it is not corrected for the number of comparisons
     * @param ciHigh upper end
     * @param level confidence level, 0.95
     * @param n number of pairs
     * @param pValue two-sided p-value of the paired t test
     * @param holm the p-value corrected by Holm's procedure (1979) for all pairs of points, since the best was chosen by the same losses
     */
    public record Difference(
            double mean,
            @Nullable Double ciLow,
            @Nullable Double ciHigh,
            double level,
            int n,
            @Nullable Double pValue,
            @Nullable Double holm) {
        /** Returns whether the point was shown to be worse than the best at this level, all comparisons considered. */
        public boolean shown() {
            return holm != null && holm <= 1 - level;
        }
    }
}
