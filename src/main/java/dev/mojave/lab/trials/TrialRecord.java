package dev.mojave.lab.trials;

import dev.mojave.result.MetricSeries;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metric;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunRecords;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;

/**
 * A trial as read from its folder.
 *
 * @param group its study's arm or sweep's point
 * @param seed its seed
 * @param run its run record
 * @param wallSeconds seconds of training and evaluation, without the time between an interruption and its resumption
 */
public record TrialRecord(String group, long seed, RunRecord run, double wallSeconds) {
    /** Reads a trial's folder. */
    public static TrialRecord read(String name, String group, long seed, RunFolder run) {
        List<MetricLine> lines = MetricsLog.read(run.metrics());
        return new TrialRecord(
                group,
                seed,
                RunRecords.read(run, name, group),
                lines.isEmpty() ? Double.NaN : lines.getLast().elapsedSeconds());
    }

    /** Returns the last value of a metric, NaN if there is none. */
    public double last(Metric metric) {
        return series(metric).map(series -> series.values().getLast()).orElse(Double.NaN);
    }

    /** Returns the median of a metric, NaN if there is none. */
    public double median(Metric metric) {
        return series(metric).map(series -> TrialRecord.median(series.values())).orElse(Double.NaN);
    }

    /** Returns the largest value of a metric, NaN if there is none. */
    public double largest(Metric metric) {
        return reduce(metric, Math::max);
    }

    /** Returns the smallest value of a metric, NaN if there is none. */
    public double smallest(Metric metric) {
        return reduce(metric, Math::min);
    }

    /** Returns the median of values in any order. */
    public static double median(List<Double> values) {
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

    /** Returns the series of a metric over training; empty if it was not logged. */
    public Optional<MetricSeries> series(Metric metric) {
        return run.series().stream()
                .filter(series -> series.metric().equals(metric.name()))
                .findFirst();
    }
}
