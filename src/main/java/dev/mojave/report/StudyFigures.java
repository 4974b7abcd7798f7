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
import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** The figures of a study, except for those of its routers. A figure without data is left out. */
final class StudyFigures {
    private static final String TOKENS = "training tokens";
    private static final String VAL_LOSS = "validation loss, nats per token";
    private static final String DIFFERENCE = "difference in validation loss, nats per token";
    private static final double PAD = 0.06;

    private final Study study;

    StudyFigures(Study study) {
        this.study = study;
    }

    /** Returns the differences at the end of training with their intervals. */
    Optional<Figure> differences() {
        List<Comparison> comparisons = study.result().comparisons();
        if (comparisons.isEmpty()) {
            return Optional.empty();
        }
        List<Plot.Interval> intervals = comparisons.stream().map(this::interval).toList();
        double reach = intervals.stream()
                .flatMapToDouble(i -> DoubleStream.of(i.at().y(), i.at().low(), i.at().high()))
                .filter(Double::isFinite)
                .map(Math::abs)
                .max()
                .orElse(0);
        double pad = reach == 0 ? 0.01 : reach * (1 + PAD);
        boolean some = comparisons.stream().anyMatch(Study::hasInterval);
        String left = study.reference().map(b -> "other arm better").orElse("first arm better");
        String right = study.reference().map(b -> b + " better").orElse("second arm better");
        String caption = some
                ? "Dot: mean difference over seeds. Bar: " + level(comparisons.getFirst()) + " confidence interval ("
                        + comparisons.getFirst().method()
                        + "). Shaded: a true difference this close to zero would be missed with a probability of 20% or more"
                        + " with this many seeds. An interval that contains zero shows no difference."
                : "One seed: there is no interval, and a difference of this size could be due to chance.";
        return Optional.of(Figure.of(
                "differences",
                "Differences between the arms",
                caption,
                summary(comparisons),
                new Plot.Intervals(Axis.around(DIFFERENCE, Format.PLAIN, -pad, pad), left, right, intervals)));
    }

    private Plot.Interval interval(Comparison c) {
        boolean has = Study.hasInterval(c);
        Point at = new Point(
                Double.NaN, c.difference(), has ? Study.low(c) : Double.NaN, has ? Study.high(c) : Double.NaN);
        return new Plot.Interval(
                Study.label(c.a(), c.b()),
                Study.figures(c),
                study.slot(c.a()),
                at,
                has ? Numbers.orNaN(c.detectableDifference()) : Double.NaN);
    }

    private static String summary(List<Comparison> comparisons) {
        return comparisons.stream()
                .map(c -> Study.label(c.a(), c.b()) + ": " + Study.figures(c) + " nats per token, " + Study.reading(c))
                .collect(Collectors.joining(". ", "", "."));
    }

    private static String level(Comparison comparison) {
        return Numbers.percent(comparison.level());
    }

    /** Returns validation and training loss over tokens: the mean over seeds with its band. */
    Optional<Figure> losses() {
        List<Line> validation = lines(Metrics.VAL_LOSS, false);
        List<Line> training = lines(Metrics.TRAIN_LOSS, true);
        double end = study.tokens();
        Axis x = Axis.progress(TOKENS, Format.COUNT, end);
        List<View> views = new ArrayList<>();
        if (!validation.isEmpty()) {
            double unigram = study.result().unigramEntropy();
            Axis y = Curves.axis(VAL_LOSS, Format.PLAIN, validation, 0);
            List<Plot.Reference> references = unigram >= y.min() && unigram <= y.max()
                    ? List.of(new Plot.Reference(unigram, "unigram entropy " + Numbers.fixed(unigram, 2)))
                    : List.of();
            views.add(new View("", "Validation", new Plot.Lines(x, y, validation, references)));
            Axis close = Curves.axis(VAL_LOSS, Format.PLAIN, validation, end / 2);
            views.add(new View(
                    "second-half",
                    "Validation, second half",
                    new Plot.Lines(x.from(end / 2), close, within(validation, end / 2), List.of())));
        }
        if (!training.isEmpty()) {
            Axis y = Curves.axis("training loss, nats per token", Format.PLAIN, training, 0);
            views.add(new View("training", "Training", new Plot.Lines(x, y, training, List.of())));
        }
        boolean bands = validation.stream().anyMatch(line -> !line.band().isEmpty());
        String caption = (bands
                        ? "Line: mean over seeds. Band: mean ± one sample standard deviation over seeds."
                        : "One seed per arm: no band.")
                + " Training loss is smoothed with a centred moving average. Lower is better.";
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure("loss", "Loss over training", caption, ends(validation), views));
    }

    private List<Line> lines(Metric metric, boolean smooth) {
        List<Line> lines = new ArrayList<>();
        for (ArmResult arm : study.result().arms()) {
            List<List<Point>> curves = study.shown(arm.name()).stream()
                    .map(run -> smooth ? Curves.thin(Curves.smooth(Curves.of(run, metric))) : Curves.of(run, metric))
                    .filter(points -> !points.isEmpty())
                    .toList();
            List<Point> mean = Curves.meanOverSeeds(curves);
            if (!mean.isEmpty()) {
                lines.add(new Line(
                        arm.name(),
                        study.slot(arm.name()),
                        Stroke.of(study.slot(arm.name())),
                        mean,
                        mean.getFirst().hasBand() ? "mean, ± 1 sd" : ""));
            }
        }
        return lines;
    }

    private static List<Line> within(List<Line> lines, double from) {
        return lines.stream()
                .map(line -> new Line(
                        line.label(),
                        line.slot(),
                        line.stroke(),
                        line.points().stream().filter(p -> p.x() >= from).toList(),
                        line.band()))
                .toList();
    }

    private static String ends(List<Line> lines) {
        return lines.stream()
                .filter(line -> !line.points().isEmpty())
                .map(line -> line.label() + " goes from "
                        + Numbers.fixed(line.points().getFirst().y(), 2) + " to "
                        + Numbers.loss(line.points().getLast().y()) + " nats per token")
                .collect(Collectors.joining("; ", "Validation loss: ", "."));
    }

    /** Returns the differences at each evaluation, with a line at zero. */
    Optional<Figure> gap() {
        Map<String, List<GapPoint>> pairs = new LinkedHashMap<>();
        for (GapPoint point : study.result().gapOverTraining()) {
            pairs.computeIfAbsent(Study.label(point.a(), point.b()), key -> new ArrayList<>())
                    .add(point);
        }
        List<Line> lines = new ArrayList<>();
        pairs.forEach((label, points) -> lines.add(gapLine(label, points)));
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        boolean bands = lines.stream().anyMatch(line -> !line.band().isEmpty());
        String caption = study.reference()
                        .map(b -> "Values above zero favour " + b + "; values below zero favour the other arm. ")
                        .orElse("Values above zero favour the second arm; values below zero favour the first. ")
                + (bands
                        ? "Band: pointwise 95% confidence interval, paired over seeds; it is not a simultaneous band for the whole"
                                + " curve. Early intervals that are wider than the plot are cut off at its edge."
                        : "One seed: there is no band, so a gap could be due to chance.")
                + " A trend that has not levelled off means that more training could change the answer.";
        Axis x = Axis.progress(
                TOKENS,
                Format.COUNT,
                study.result().gapOverTraining().stream()
                        .mapToDouble(p -> (double) p.tokens())
                        .max()
                        .orElse(0));
        Plot plot =
                new Plot.Lines(x, gapAxis(lines, x.max() / 2), lines, List.of(new Plot.Reference(0, "no difference")));
        return Optional.of(Figure.of("gap", "The gap over training", caption, gapSummary(lines), plot));
    }

    private Line gapLine(String label, List<GapPoint> points) {
        boolean bands = points.stream().anyMatch(p -> p.ciLow() != null && p.ciHigh() != null);
        List<Point> curve = points.stream()
                .filter(p -> Double.isFinite(p.difference()))
                .sorted(java.util.Comparator.comparingLong(GapPoint::tokens))
                .map(p -> bands
                        ? new Point(
                                (double) p.tokens(),
                                p.difference(),
                                Numbers.orNaN(p.ciLow()),
                                Numbers.orNaN(p.ciHigh()))
                        : Point.of((double) p.tokens(), p.difference()))
                .toList();
        int slot = study.slot(points.getFirst().a());
        return new Line(label, slot, Stroke.of(slot), curve, bands ? "difference, 95% interval" : "");
    }

    /** Returns an axis that covers zero, every difference, and the intervals from {@code settled} on: with few seeds, early ones may be huge. */
    private static Axis gapAxis(List<Line> lines, double settled) {
        double low = 0;
        double high = 0;
        for (Line line : lines) {
            for (Point point : line.points()) {
                boolean whole = point.hasBand() && point.x() >= settled;
                low = Math.min(low, whole ? point.low() : point.y());
                high = Math.max(high, whole ? point.high() : point.y());
            }
        }
        double pad = (high - low) * PAD;
        return Axis.around(DIFFERENCE, Format.PLAIN, low - pad, high + pad);
    }

    private static String gapSummary(List<Line> lines) {
        return lines.stream()
                .filter(line -> !line.points().isEmpty())
                .map(line -> {
                    Point first = line.points().getFirst();
                    Point last = line.points().getLast();
                    return line.label() + ": from " + Numbers.signed(first.y(), 3) + " at "
                            + Numbers.tick(Numbers.roundTo(first.x(), 3), Format.COUNT) + " tokens to "
                            + Numbers.interval(last.y(), last.low(), last.high()) + " at "
                            + Numbers.tick(Numbers.roundTo(last.x(), 3), Format.COUNT) + " tokens";
                })
                .collect(Collectors.joining("; ", "Differences in nats per token. ", "."));
    }

    /** Returns the loss of each arm against its cost, for several measures of cost. */
    Optional<Figure> costs() {
        List<View> views = new ArrayList<>();
        cost(views, "flops", "FLOPs per token", "training FLOPs per token", Format.COUNT, ArmResult::flopsPerToken);
        cost(views, "total", "Total parameters", "parameters, total", Format.COUNT, ArmResult::parametersTotal);
        cost(views, "active", "Active parameters", "parameters, active", Format.COUNT, ArmResult::parametersActive);
        String beside = study.result().besideOthers() ? ", concurrent trials" : "";
        cost(views, "wall", "Wall time", "training wall time" + beside, Format.SECONDS, ArmResult::wallSeconds);
        cost(
                views,
                "decode",
                "Time per generated token",
                "milliseconds per generated token" + beside,
                Format.PLAIN,
                arm -> 1000 / arm.generateTokensPerSecond());
        if (views.isEmpty()) {
            return Optional.empty();
        }
        boolean bands = study.result().arms().stream()
                .anyMatch(arm -> arm.valLoss().values().size() > 1);
        String caption = (bands ? "Bars: mean ± one sample standard deviation over seeds. " : "")
                + "Nearer to the lower left corner is better: lower cost, lower loss. The cost axis starts at zero."
                + (study.result().besideOthers()
                        ? " Wall time and time per generated token were "
                                + study.result().besideOthersInWords() + "."
                        : "");
        return Optional.of(new Figure("cost", "Loss against cost", caption, costSummary(), views));
    }

    private void cost(
            List<View> views, String key, String label, String axis, Format format, ToDoubleFunction<ArmResult> cost) {
        List<Plot.Mark> marks = study.result().arms().stream()
                .filter(arm -> Double.isFinite(cost.applyAsDouble(arm)) && cost.applyAsDouble(arm) > 0)
                .filter(arm -> Double.isFinite(arm.valLoss().mean()))
                .map(arm -> mark(arm, cost.applyAsDouble(arm)))
                .toList();
        if (marks.isEmpty()) {
            return;
        }
        double most = marks.stream().mapToDouble(mark -> mark.at().x()).max().orElse(1);
        double low = marks.stream()
                .mapToDouble(m -> m.at().hasBand() ? m.at().low() : m.at().y())
                .min()
                .orElse(0);
        double high = marks.stream()
                .mapToDouble(m -> m.at().hasBand() ? m.at().high() : m.at().y())
                .max()
                .orElse(1);
        double pad = Math.max((high - low) * 0.15, 1e-3);
        views.add(new View(
                key,
                label,
                new Plot.Scatter(
                        Axis.around(axis, format, 0, most * 1.08),
                        Axis.around(VAL_LOSS, Format.PLAIN, low - pad, high + pad),
                        marks)));
    }

    private Plot.Mark mark(ArmResult arm, double cost) {
        double mean = arm.valLoss().mean();
        double sd = arm.valLoss().sd();
        Point at =
                arm.valLoss().values().size() > 1 ? new Point(cost, mean, mean - sd, mean + sd) : Point.of(cost, mean);
        return new Plot.Mark(arm.name(), study.slot(arm.name()), at);
    }

    private String costSummary() {
        return study.result().arms().stream()
                .map(arm -> arm.name() + ": " + Numbers.count(arm.flopsPerToken()) + " FLOPs per token, "
                        + Numbers.count(arm.parametersTotal()) + " parameters, "
                        + Numbers.seconds(arm.wallSeconds())
                        + (study.result().besideOthers() ? " with concurrent trials" : "") + ", loss "
                        + Numbers.summary(arm.valLoss()) + " nats")
                .collect(Collectors.joining("; ", "", "."));
    }
}
