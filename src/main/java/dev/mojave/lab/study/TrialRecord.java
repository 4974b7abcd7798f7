package dev.mojave.lab.study;

import dev.mojave.result.MetricSeries;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;

/**
 * A trial as its folder shows it.
 *
 * @param arm its arm
 * @param seed its seed
 * @param run everything read back
 * @param wallSeconds training with evaluations, without the time between an interruption and its resume
 */
record TrialRecord(String arm, long seed, RunRecord run, double wallSeconds) {
    /** Returns the last value of a metric, NaN if there is none. */
    double last(Metric metric) {
        return series(metric).map(series -> series.values().getLast()).orElse(Double.NaN);
    }

    double median(Metric metric) {
        return series(metric).map(series -> TrialRecord.median(series.values())).orElse(Double.NaN);
    }

    double largest(Metric metric) {
        return reduce(metric, Math::max);
    }

    double smallest(Metric metric) {
        return reduce(metric, Math::min);
    }

    /**
     * Returns what comparisons need.
     *
     * @param sameWindows whether the last evaluation measured the same held-out windows as the earlier ones; if not, it is no
     *     point of the curve
     */
    TrialLosses losses(boolean sameWindows) {
        SortedMap<Long, Double> curve = new TreeMap<>();
        MetricSeries series = series(Metrics.VAL_LOSS).orElseThrow();
        int points = series.values().size() - (sameWindows ? 0 : 1);
        for (int i = 0; i < points; i++) {
            curve.put(series.tokens().get(i), series.values().get(i));
        }
        return new TrialLosses(arm, seed, last(Metrics.VAL_LOSS), smallest(Metrics.VAL_LOSS), curve);
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private double reduce(Metric metric, DoubleBinaryOperator operator) {
        return series(metric)
                .map(series -> series.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .reduce(operator)
                        .orElse(Double.NaN))
                .orElse(Double.NaN);
    }

    private Optional<MetricSeries> series(Metric metric) {
        return run.series().stream()
                .filter(series -> series.metric().equals(metric.name()))
                .findFirst();
    }
}
