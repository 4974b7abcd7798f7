package dev.mojave.report.plot;

import dev.mojave.result.MetricSeries;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Turns logged metrics into curves: reads, smooths and thins them, and averages them over seeds. */
public final class Curves {
    /** More points than this on one curve could not be distinguished. */
    static final int MAX_POINTS = 400;

    private Curves() {}

    /** Returns a metric's finite points over training tokens, empty if the run did not log it. */
    public static List<Plot.Point> of(RunRecord run, Metric metric) {
        return find(run, metric).map(Curves::points).orElse(List.of());
    }

    /** Returns the last finite value of a metric. */
    public static Optional<Double> last(RunRecord run, Metric metric) {
        List<Plot.Point> points = of(run, metric);
        return points.isEmpty()
                ? Optional.empty()
                : Optional.of(points.getLast().y());
    }

    /** Returns the axis of training tokens that all curves of a run share. */
    public static Plot.Axis tokens(RunRecord run) {
        double most = run.series().stream()
                .flatMap(series -> series.tokens().stream())
                .mapToDouble(Long::doubleValue)
                .max()
                .orElse(0);
        return Plot.Axis.progress("training tokens", Plot.Format.COUNT, most);
    }

    private static Optional<MetricSeries> find(RunRecord run, Metric metric) {
        return run.series().stream()
                .filter(series -> series.metric().equals(metric.name()))
                .findFirst();
    }

    private static List<Plot.Point> points(MetricSeries series) {
        TreeMap<Long, Double> byTokens = new TreeMap<>();
        int count = Math.min(series.tokens().size(), series.values().size());
        for (int i = 0; i < count; i++) {
            if (Double.isFinite(series.values().get(i))) {
                byTokens.put(series.tokens().get(i), series.values().get(i));
            }
        }
        List<Plot.Point> points = new ArrayList<>();
        byTokens.forEach((tokens, value) -> points.add(Plot.Point.of((double) tokens, value)));
        return points;
    }

    /**
     * Returns the mean over runs at each point of training that all of them share, with mean ± sample standard deviation as the band if there
     * are at least two runs. Points that only some runs have are left out: a mean over a changing set of runs would jump.
     */
    public static List<Plot.Point> meanOverSeeds(List<List<Plot.Point>> curves) {
        TreeMap<Double, List<Double>> byX = new TreeMap<>();
        curves.forEach(curve -> curve.forEach(
                point -> byX.computeIfAbsent(point.x(), x -> new ArrayList<>()).add(point.y())));
        int members = byX.values().stream().mapToInt(List::size).max().orElse(0);
        List<Plot.Point> points = new ArrayList<>();
        byX.forEach((x, values) -> {
            if (values.size() == members) {
                double mean = mean(values);
                double sd = sd(values, mean);
                points.add(members < 2 ? Plot.Point.of(x, mean) : new Plot.Point(x, mean, mean - sd, mean + sd));
            }
        });
        return points;
    }

    /**
     * Returns the moving average over {@code points / 25} neighbours on each side. At the start the window is narrowed symmetrically, because
     * the curve is steep there; at the end only its right side is cut off, so that the last value is not a single noisy one.
     */
    public static List<Plot.Point> smooth(List<Plot.Point> points) {
        int reach = points.size() / 25;
        List<Plot.Point> smooth = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            int near = Math.min(reach, i);
            List<Double> window = points.subList(i - near, Math.min(points.size(), i + near + 1)).stream()
                    .map(Plot.Point::y)
                    .toList();
            smooth.add(Plot.Point.of(points.get(i).x(), mean(window)));
        }
        return smooth;
    }

    /** Averages neighbouring points so that at most {@link #MAX_POINTS} are left. */
    public static List<Plot.Point> thin(List<Plot.Point> points) {
        int bucket = (points.size() + MAX_POINTS - 1) / MAX_POINTS;
        if (bucket <= 1) {
            return points;
        }
        List<Plot.Point> thin = new ArrayList<>();
        for (int from = 0; from < points.size(); from += bucket) {
            List<Plot.Point> part = points.subList(from, Math.min(points.size(), from + bucket));
            thin.add(Plot.Point.of(
                    part.getLast().x(), mean(part.stream().map(Plot.Point::y).toList())));
        }
        return thin;
    }

    /** Picks at most {@code count} evenly spaced elements, always including the first and the last. */
    public static <T> List<T> spread(List<T> all, int count) {
        if (all.size() <= count) {
            return all;
        }
        List<T> picked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picked.add(all.get((int) Math.round((double) i * (all.size() - 1) / (count - 1))));
        }
        return picked;
    }

    /** Returns the arithmetic mean, NaN for an empty list. */
    public static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    private static double sd(List<Double> values, double mean) {
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
    }

    /** Returns an axis that covers every point from {@code fromX} on, including bands. */
    public static Plot.Axis axis(String name, Plot.Format format, List<Plot.Line> lines, double fromX) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Plot.Line line : lines) {
            for (Plot.Point point : line.points()) {
                if (point.x() >= fromX) {
                    low = Math.min(low, point.hasBand() ? point.low() : point.y());
                    high = Math.max(high, point.hasBand() ? point.high() : point.y());
                }
            }
        }
        return Plot.Axis.around(name, format, low, high);
    }
}
