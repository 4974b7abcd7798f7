package dev.mojave.run.log;

import dev.mojave.result.MetricSeries;
import dev.mojave.result.RoutingTrace;
import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.MixtureMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Converts the lines of a log into series per metric and per mixture layer, for reports to plot. */
public final class MetricSeriesReader {
    private MetricSeriesReader() {}

    /** Returns one series per scalar metric, sorted by name; points that are not finite are left out. */
    public static List<MetricSeries> series(List<MetricLine> lines) {
        Map<String, MetricSeries> byName = new TreeMap<>();
        for (MetricLine line : lines) {
            line.scalars().forEach((name, value) -> {
                if (Double.isFinite(value)) {
                    MetricSeries series = byName.computeIfAbsent(
                            name, n -> new MetricSeries(n, new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
                    series.steps().add(line.step());
                    series.tokens().add(line.tokens());
                    series.values().add(value);
                }
            });
        }
        return List.copyOf(byName.values());
    }

    /**
     * Returns one trace per mixture layer, sorted by layer; empty for a dense model. A value that a line lacks is NaN, or 0 for
     * the number of dead experts.
     */
    public static List<RoutingTrace> routing(List<MetricLine> lines) {
        Map<Integer, RoutingTrace> byLayer = new TreeMap<>();
        for (MetricLine line : lines) {
            line.lists()
                    .forEach((name, load) -> MixtureMetrics.LOAD
                            .parse(name)
                            .ifPresent(layer ->
                                    add(byLayer.computeIfAbsent(layer, MetricSeriesReader::trace), line, load)));
        }
        return List.copyOf(byLayer.values());
    }

    private static RoutingTrace trace(int layer) {
        return new RoutingTrace(
                layer,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }

    private static void add(RoutingTrace trace, MetricLine line, List<Double> load) {
        int layer = trace.layer();
        trace.steps().add(line.step());
        trace.load().add(load);
        trace.loadEntropy().add(line.value(MixtureMetrics.LOAD_ENTROPY.of(layer), Double.NaN));
        trace.maxViolation().add(line.value(MixtureMetrics.MAX_VIOLATION.of(layer), Double.NaN));
        trace.routingEntropy().add(line.value(MixtureMetrics.ROUTING_ENTROPY.of(layer), Double.NaN));
        trace.deadExperts().add((int) Math.round(line.value(MixtureMetrics.DEAD_EXPERTS.of(layer), 0.0)));
        trace.dropRate().add(line.value(MixtureMetrics.DROP_RATE.of(layer), Double.NaN));
        // Logs of earlier versions lack these two.
        addIfThere(trace.bestChoice(), line, MixtureMetrics.BEST_CHOICE.of(layer));
        addIfThere(trace.weightByRank(), line, MixtureMetrics.WEIGHT_BY_RANK.of(layer));
    }

    private static void addIfThere(List<List<Double>> points, MetricLine line, Metric metric) {
        List<Double> values = line.lists().get(metric.name());
        if (values != null) {
            points.add(values);
        }
    }
}
