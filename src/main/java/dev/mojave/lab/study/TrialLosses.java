package dev.mojave.lab.study;

import dev.mojave.lab.trials.TrialRecord;
import dev.mojave.result.MetricSeries;
import dev.mojave.result.metric.Metrics;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The losses of one finished trial that comparisons use.
 *
 * @param arm name of its arm
 * @param seed its training seed
 * @param valLoss last evaluation over all held-out windows, nats per token
 * @param bestValLoss lowest evaluation, nats per token
 * @param curve validation loss in nats per token by training tokens seen, all over the same held-out windows
 */
record TrialLosses(String arm, long seed, double valLoss, double bestValLoss, SortedMap<Long, Double> curve) {
    TrialLosses {
        curve = new TreeMap<>(curve);
    }

    /**
     * Extracts the losses of a trial.
     *
     * @param sameWindows whether the last evaluation used the same held-out windows as the earlier ones; if not, it is left out
     *     of the curve
     */
    static TrialLosses of(TrialRecord trial, boolean sameWindows) {
        SortedMap<Long, Double> curve = new TreeMap<>();
        MetricSeries series = trial.series(Metrics.VAL_LOSS).orElseThrow();
        int points = series.values().size() - (sameWindows ? 0 : 1);
        for (int i = 0; i < points; i++) {
            curve.put(series.tokens().get(i), series.values().get(i));
        }
        return new TrialLosses(
                trial.group(), trial.seed(), trial.last(Metrics.VAL_LOSS), trial.smallest(Metrics.VAL_LOSS), curve);
    }
}
