package dev.mojave.report;

import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.Figure.View;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import dev.mojave.report.plot.Plot.Axis;
import dev.mojave.report.plot.Plot.Format;
import dev.mojave.report.plot.Plot.Line;
import dev.mojave.report.plot.Plot.Point;
import dev.mojave.report.plot.Plot.Stroke;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The figures of one run, except for those of its routers. */
final class RunFigures {
    private static final String NATS = "loss, nats per token";
    private static final int VALIDATION = 1;

    private final RunRecord run;
    private final Axis tokens;

    RunFigures(RunRecord run) {
        this.run = run;
        this.tokens = Curves.tokens(run);
    }

    /** Returns the training loss, raw and smoothed, and the validation loss. */
    Optional<Figure> losses() {
        List<Point> raw = Curves.thin(Curves.of(run, Metrics.TRAIN_LOSS));
        List<Point> validation = Curves.of(run, Metrics.VAL_LOSS);
        List<Line> lines = new ArrayList<>();
        if (!raw.isEmpty()) {
            lines.add(new Line("training, as logged", 0, Stroke.FAINT, raw, ""));
            lines.add(new Line("training, smoothed", 0, Stroke.SOLID, Curves.smooth(raw), ""));
        }
        if (!validation.isEmpty()) {
            lines.add(new Line("validation", VALIDATION, Stroke.SOLID, validation, ""));
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        double half = tokens.max() / 2;
        Plot whole = new Plot.Lines(tokens, Curves.axis(NATS, Format.PLAIN, lines, 0), lines, List.of());
        Plot close = new Plot.Lines(
                tokens.from(half), Curves.axis(NATS, Format.PLAIN, lines, half), cut(lines, half), List.of());
        return Optional.of(new Figure(
                "loss",
                "Loss over training",
                "The smoothed line is a centred moving average of the logged training loss.",
                lines.stream()
                        .filter(line -> line.stroke() == Stroke.SOLID)
                        .map(line -> line.label() + " loss goes from "
                                + Numbers.fixed(line.points().getFirst().y(), 2) + " to "
                                + Numbers.loss(line.points().getLast().y()) + " nats per token. ")
                        .reduce("", String::concat)
                        .strip(),
                List.of(new View("", "All of training", whole), new View("second-half", "Second half", close))));
    }

    private static List<Line> cut(List<Line> lines, double from) {
        return lines.stream()
                .map(l -> new Line(
                        l.label(),
                        l.slot(),
                        l.stroke(),
                        l.points().stream().filter(p -> p.x() >= from).toList(),
                        l.band()))
                .toList();
    }

    /** Returns learning rate, gradient norm and throughput, as far as they were logged. */
    List<Figure> others() {
        List<Figure> figures = new ArrayList<>();
        single("learning-rate", Metrics.LEARNING_RATE, Format.SCIENTIFIC).ifPresent(figures::add);
        single("gradient-norm", Metrics.GRADIENT_NORM, Format.PLAIN).ifPresent(figures::add);
        single("throughput", Metrics.TRAIN_SPEED, Format.COUNT).ifPresent(figures::add);
        return figures;
    }

    private Optional<Figure> single(String id, Metric metric, Format format) {
        List<Point> points = Curves.thin(Curves.of(run, metric));
        if (points.isEmpty()) {
            return Optional.empty();
        }
        String title = metric.quantity().title();
        List<Line> lines = List.of(new Line(title, 0, Stroke.SOLID, points, ""));
        double low = points.stream().mapToDouble(Point::y).min().orElse(0);
        double high = points.stream().mapToDouble(Point::y).max().orElse(1);
        String summary = title + " lies between " + Numbers.compact(low) + " and " + Numbers.compact(high)
                + "; the last value is " + Numbers.compact(points.getLast().y()) + ".";
        return Optional.of(Figure.of(
                id,
                title,
                "As logged under " + metric.name() + ".",
                summary,
                new Plot.Lines(
                        tokens,
                        Axis.around(metric.quantity().words(), format, Math.min(0, low), high),
                        lines,
                        List.of())));
    }
}
