package dev.mojave.run;

import dev.mojave.result.MetricSeries;
import dev.mojave.result.RoutingTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines of a log, turned by metric and by mixture layer: what reports plot. */
public final class MetricSeriesReader {
    private static final Pattern LAYER_LOAD = Pattern.compile("moe/(\\d+)/load");

    private MetricSeriesReader() {}

    /** Returns one series a scalar metric, sorted by name; points that are not finite are left out. */
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

    /** Returns one trace a mixture layer, by layer; empty for a dense model. A figure that a line lacks is NaN (0 experts dead). */
    public static List<RoutingTrace> routing(List<MetricLine> lines) {
        Map<Integer, RoutingTrace> byLayer = new TreeMap<>();
        for (MetricLine line : lines) {
            line.lists().forEach((name, load) -> {
                Matcher matcher = LAYER_LOAD.matcher(name);
                if (matcher.matches()) {
                    int layer = Integer.parseInt(matcher.group(1));
                    add(byLayer.computeIfAbsent(layer, MetricSeriesReader::trace), line, load);
                }
            });
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
        String prefix = "moe/" + trace.layer() + "/";
        Map<String, Double> scalars = line.scalars();
        trace.steps().add(line.step());
        trace.load().add(load);
        trace.loadEntropy().add(scalars.getOrDefault(prefix + "load_entropy", Double.NaN));
        trace.maxViolation().add(scalars.getOrDefault(prefix + "max_violation", Double.NaN));
        trace.routingEntropy().add(scalars.getOrDefault(prefix + "routing_entropy", Double.NaN));
        trace.deadExperts().add((int) Math.round(scalars.getOrDefault(prefix + "dead_experts", 0.0)));
        trace.dropRate().add(scalars.getOrDefault(prefix + "drop_rate", Double.NaN));
        // Logs of earlier versions have neither.
        addIfThere(trace.bestChoice(), line, prefix + "best_choice");
        addIfThere(trace.weightByRank(), line, prefix + "weight_by_rank");
    }

    private static void addIfThere(List<List<Double>> points, MetricLine line, String name) {
        List<Double> values = line.lists().get(name);
        if (values != null) {
            points.add(values);
        }
    }
}
