package dev.mojave.report;

import dev.mojave.base.Plural;
import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.Figure.View;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import dev.mojave.report.plot.Plot.Axis;
import dev.mojave.report.plot.Plot.Format;
import dev.mojave.report.plot.Plot.Point;
import dev.mojave.report.plot.Plot.Stroke;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.study.SweepPoint;
import dev.mojave.result.study.SweepResult;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The figures of a sweep. A figure without data is left out. */
final class SweepFigures {
    /** Nobody compares more rows of intervals than this; the table has all of them. */
    private static final int MOST_INTERVALS = 12;

    /** The most curves that a reader can distinguish. */
    private static final int MOST_CURVES = 6;

    private static final double PAD = 0.06;
    private static final double THOUSAND = 1000;

    private final SweepResult result;
    private final List<RunRecord> runs;

    SweepFigures(SweepResult result, List<RunRecord> runs) {
        this.result = result;
        this.runs = runs;
    }

    /** Formats a difference with its interval. */
    static String text(SweepPoint.Difference difference) {
        return Numbers.interval(
                difference.mean(), Numbers.orNaN(difference.ciLow()), Numbers.orNaN(difference.ciHigh()));
    }

    /** Formats a p-value. */
    static String p(@Nullable Double value) {
        return value == null ? Numbers.NONE : value < 0.001 ? "< 0.001" : Numbers.fixed(value, 3);
    }

    /** Returns how far the next points are from the best one. */
    Optional<Figure> differences() {
        List<Plot.Interval> intervals = new ArrayList<>();
        for (SweepPoint point : result.points()) {
            SweepPoint.Difference difference = point.againstBest();
            if (difference != null && intervals.size() < MOST_INTERVALS) {
                String corrected = difference.holm() == null ? "" : ", corrected p " + p(difference.holm());
                intervals.add(new Plot.Interval(
                        point.name() + ": " + point.label(),
                        text(difference) + corrected,
                        difference.shown() ? 1 : 0,
                        at(difference.mean(), difference.ciLow(), difference.ciHigh()),
                        Double.NaN));
            }
        }
        if (intervals.isEmpty()) {
            return Optional.empty();
        }
        SweepPoint best = result.best();
        String name = best == null ? "the best" : best.name();
        return Optional.of(Figure.of(
                "differences",
                "Differences from " + name,
                "Dot: mean difference over seeds. Bar: 95% confidence interval, paired over seeds; with one seed there is none."
                        + " In the second colour: points shown to be worse after Holm's correction for all pairs of points.",
                intervals.stream()
                        .map(interval -> interval.label() + ": " + interval.text())
                        .collect(Collectors.joining("; ", "Differences in nats per token. ", ".")),
                new Plot.Intervals(
                        around("validation loss minus that of " + name + ", nats per token", intervals),
                        "this point is better",
                        name + " is better",
                        intervals)));
    }

    /** Returns the main effects, one view per key. */
    Optional<Figure> effects() {
        List<View> views = new ArrayList<>();
        for (SweepResult.Key key : result.keys()) {
            List<Plot.Interval> intervals = result.effects().stream()
                    .filter(effect -> effect.key().equals(key.key()))
                    .map(effect -> new Plot.Interval(
                            key.name() + " = " + effect.value(),
                            Numbers.interval(
                                            effect.difference(),
                                            Numbers.orNaN(effect.ciLow()),
                                            Numbers.orNaN(effect.ciHigh()))
                                    + " (" + Plural.of(effect.points(), "point") + ")",
                            0,
                            at(effect.difference(), effect.ciLow(), effect.ciHigh()),
                            Double.NaN))
                    .toList();
            if (intervals.size() > 1) {
                views.add(new View(
                        id(key.name()),
                        key.name(),
                        new Plot.Intervals(
                                around("difference from the mean of all points, nats per token", intervals),
                                "better",
                                "worse",
                                intervals)));
            }
        }
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "effects",
                        "Main effects",
                        "Dot: mean over the points with this value, minus the mean over all points. Bar: 95% confidence interval over seeds."
                                + " Ranges are divided into three parts.",
                        result.keys().stream().map(this::spread).collect(Collectors.joining("; ", "", ".")),
                        views));
    }

    private String spread(SweepResult.Key key) {
        double[] losses = result.effects().stream()
                .filter(effect -> effect.key().equals(key.key()))
                .mapToDouble(SweepResult.Effect::loss)
                .sorted()
                .toArray();
        return "The values of " + key.key() + " differ by up to "
                + (losses.length == 0 ? Numbers.NONE : Numbers.loss(losses[losses.length - 1] - losses[0]))
                + " nats per token";
    }

    /** Returns, for each pair of keys, the loss of each combination of values and what is left of it after subtracting both main effects. */
    Optional<Figure> interactions() {
        List<View> views = new ArrayList<>();
        double mean = result.effects().stream()
                .mapToDouble(effect -> effect.loss() - effect.difference())
                .findFirst()
                .orElse(Double.NaN);
        for (SweepResult.Interaction pair : result.interactions()) {
            String label = name(pair.a()) + " and " + name(pair.b());
            String key = id(name(pair.a())) + "-" + id(name(pair.b()));
            map(pair, "loss minus the mean, thousandths of a nat", cell -> Numbers.orNaN(cell.loss()) - mean)
                    .ifPresent(plot -> views.add(new View(key, label, plot)));
            map(pair, "interaction, thousandths of a nat", cell -> Numbers.orNaN(cell.departure()))
                    .ifPresent(plot -> views.add(new View(key + "-alone", label + ", interaction alone", plot)));
        }
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "interactions",
                        "Interactions",
                        "Each cell: the mean over the points with both values, minus the mean over all points, in thousandths of a nat per"
                                + " token; negative is better. \"Interaction alone\" subtracts the main effects of both values: if it is"
                                + " near zero everywhere, the two keys can be tuned independently.",
                        strongest(),
                        views));
    }

    private String strongest() {
        return result.interactions().stream()
                .map(pair ->
                        name(pair.a()) + " and " + name(pair.b()) + " deviate from the sum of their effects by up to "
                                + Numbers.loss(pair.cells().stream()
                                        .mapToDouble(cell -> Numbers.orNaN(cell.departure()))
                                        .filter(Double::isFinite)
                                        .map(Math::abs)
                                        .max()
                                        .orElse(0))
                                + " nats per token")
                .collect(Collectors.joining("; ", "", "."));
    }

    private Optional<Plot> map(
            SweepResult.Interaction pair, String valueName, Function<SweepResult.Cell, Double> value) {
        Set<String> rows = new LinkedHashSet<>();
        Set<String> columns = new LinkedHashSet<>();
        pair.cells().forEach(cell -> {
            rows.add(cell.a());
            columns.add(cell.b());
        });
        List<List<Double>> values = new ArrayList<>();
        for (String row : rows) {
            values.add(pair.cells().stream()
                    .filter(cell -> cell.a().equals(row))
                    .map(cell -> THOUSAND * value.apply(cell))
                    .toList());
        }
        double reach = values.stream()
                .flatMap(List::stream)
                .filter(Double::isFinite)
                .mapToDouble(Math::abs)
                .max()
                .orElse(Double.NaN);
        if (Double.isNaN(reach)) {
            return Optional.empty();
        }
        double ends = Math.max(0.01, Numbers.roundTo(reach, 3));
        return Optional.of(new Plot.HeatMap(
                name(pair.b()),
                name(pair.a()),
                valueName,
                List.copyOf(rows),
                List.copyOf(columns),
                values,
                -ends,
                0,
                ends,
                "",
                true));
    }

    /** Returns the validation loss of the best points over tokens: the mean over seeds with its band. */
    Optional<Figure> losses() {
        List<Plot.Line> lines = new ArrayList<>();
        for (SweepPoint point : result.points().stream()
                .filter(one -> one.rank() != null)
                .limit(MOST_CURVES)
                .toList()) {
            List<Point> mean = Curves.meanOverSeeds(runs.stream()
                    .filter(run -> run.arm().equals(point.name()))
                    .map(run -> Curves.of(run, Metrics.VAL_LOSS))
                    .filter(points -> !points.isEmpty())
                    .toList());
            if (!mean.isEmpty()) {
                String band = mean.getFirst().hasBand() ? "mean, ± 1 sd" : "";
                lines.add(new Plot.Line(point.label(), lines.size(), Stroke.of(lines.size()), mean, band));
            }
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        double end = lines.stream()
                .mapToDouble(line -> line.points().getLast().x())
                .max()
                .orElse(0);
        return Optional.of(Figure.of(
                "loss",
                lines.size() == 1
                        ? "Validation loss of the best point"
                        : "Validation loss of the " + lines.size() + " best points",
                "Line: mean over seeds. Band, with several seeds: mean ± one sample standard deviation. Lower is better.",
                lines.stream()
                        .map(line -> line.label() + " ends at "
                                + Numbers.loss(line.points().getLast().y()))
                        .collect(Collectors.joining("; ", "", " nats per token.")),
                new Plot.Lines(
                        Axis.progress("training tokens", Format.COUNT, end),
                        Curves.axis("validation loss, nats per token", Format.PLAIN, lines, 0),
                        lines,
                        List.of())));
    }

    private String name(String key) {
        return result.keys().stream()
                .filter(known -> known.key().equals(key))
                .map(SweepResult.Key::name)
                .findFirst()
                .orElse(key);
    }

    private static String id(String name) {
        return name.replaceAll("[^a-z0-9]+", "-");
    }

    private static Point at(double value, @Nullable Double low, @Nullable Double high) {
        return new Point(Double.NaN, value, Numbers.orNaN(low), Numbers.orNaN(high));
    }

    private static Axis around(String name, List<Plot.Interval> intervals) {
        double reach = intervals.stream()
                .flatMapToDouble(i -> DoubleStream.of(i.at().y(), i.at().low(), i.at().high()))
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
        double pad = reach == 0 ? 0.01 : reach * (1 + PAD);
        return Axis.around(name, Format.PLAIN, -pad, pad);
    }
}
