package dev.mojave.report;

import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.Figure.View;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import dev.mojave.report.plot.Plot.Format;
import dev.mojave.report.plot.Plot.Line;
import dev.mojave.report.plot.Plot.Point;
import dev.mojave.report.plot.Plot.Stroke;
import dev.mojave.result.ExpertProfile;
import dev.mojave.result.MetricSeries;
import dev.mojave.result.RoutingTrace;
import dev.mojave.result.RunRecord;
import dev.mojave.result.metric.Family;
import dev.mojave.result.metric.Metrics;
import dev.mojave.result.metric.MixtureMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The figures of one run's routers and experts, during and after training, except for the loads that {@link RoutingFigures} shows. */
final class ExpertFigures {
    private static final int MOST_LINES = 6;
    private static final List<Family<Integer>> OVER_TRAINING = List.of(
            MixtureMetrics.LOAD_ENTROPY,
            MixtureMetrics.ROUTING_ENTROPY,
            MixtureMetrics.MAX_VIOLATION,
            MixtureMetrics.DROP_RATE,
            MixtureMetrics.UNROUTED_RATE,
            MixtureMetrics.SPECIALISATION);

    private final RunRecord run;
    private final String suffix;
    private final String of;
    private final Plot.Axis tokens;

    /** Creates the figures of a run that has a page of its own. */
    ExpertFigures(RunRecord run) {
        this(run, "", "");
    }

    /**
     * Creates the figures of one of several runs on a page.
     *
     * @param suffix appended to the figures' ids to make them unique on the page
     * @param of appended to the figures' titles, to identify the run
     */
    ExpertFigures(RunRecord run, String suffix, String of) {
        this.run = run;
        this.suffix = suffix;
        this.of = of;
        this.tokens = Curves.tokens(run);
    }

    /** Returns entropies, MaxVio, drop rates and specialisation over training, per layer; metrics that were not logged or are always 0 are left out. */
    List<Figure> overTraining() {
        List<Figure> figures = new ArrayList<>();
        for (Family<Integer> family : OVER_TRAINING) {
            byLayer(family).ifPresent(figures::add);
        }
        return figures;
    }

    private Optional<Figure> byLayer(Family<Integer> family) {
        List<Line> lines = new ArrayList<>();
        boolean zero = true;
        for (RoutingTrace trace : Curves.spread(run.routing(), MOST_LINES)) {
            List<Point> points = Curves.thin(Curves.of(run, family.of(trace.layer())));
            if (!points.isEmpty()) {
                zero &= points.stream().allMatch(point -> point.y() == 0);
                lines.add(new Line(run.mixtureInText(trace.layer()), lines.size(), Stroke.SOLID, points, ""));
            }
        }
        return zero
                ? Optional.empty()
                : Optional.of(Figure.of(
                        family.key().replace('_', '-') + "-by-layer" + suffix,
                        family.quantity().title() + " over training" + of,
                        "As logged under " + family.pattern() + ", where N is 0 for the first mixture layer.",
                        last(lines),
                        lines(family.quantity().words(), lines)));
    }

    /** Returns the unweighted auxiliary losses, one view per loss. */
    Optional<Figure> auxiliary() {
        List<View> views = new ArrayList<>();
        List<Line> all = new ArrayList<>();
        for (MetricSeries series : run.series()) {
            String name = Metrics.AUXILIARY_LOSS.parse(series.metric()).orElse("");
            List<Point> points =
                    name.isEmpty() ? List.of() : Curves.thin(Curves.of(run, Metrics.AUXILIARY_LOSS.of(name)));
            if (!points.isEmpty()) {
                Line line = new Line(name, views.size(), Stroke.SOLID, points, "");
                all.add(line);
                views.add(new View(name.replace('_', '-'), name, lines(name + ", unweighted", List.of(line))));
            }
        }
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "auxiliary-losses" + suffix,
                        "Auxiliary losses over training" + of,
                        "Each loss is shown before its coefficient is applied; a loss that is computed per layer is summed over the layers.",
                        last(all),
                        views));
    }

    /** Returns the mean weights of a token's first choice, second choice and so on, one view per layer. */
    Optional<Figure> weights() {
        List<View> views = new ArrayList<>();
        List<Line> last = new ArrayList<>();
        for (RoutingTrace trace : Curves.spread(run.routing(), MOST_LINES)) {
            List<Line> lines = new ArrayList<>();
            int ranks = trace.weightByRank().stream().mapToInt(List::size).max().orElse(0);
            for (int rank = 0; rank < Math.min(ranks, MOST_LINES); rank++) {
                List<Point> points = new ArrayList<>();
                for (int i = 0;
                        i < Math.min(trace.steps().size(), trace.weightByRank().size());
                        i++) {
                    List<Double> weights = trace.weightByRank().get(i);
                    if (rank < weights.size()) {
                        points.add(Point.of(trace.steps().get(i), weights.get(rank)));
                    }
                }
                lines.add(new Line("choice " + (rank + 1), rank, Stroke.SOLID, Curves.thin(points), ""));
            }
            if (!lines.isEmpty()) {
                double end = lines.getFirst().points().getLast().x();
                Plot.Axis steps = Plot.Axis.progress("optimiser step", Format.COUNT, end);
                views.add(new View(
                        "layer-" + run.mixture(trace.layer()),
                        heading(trace.layer()),
                        new Plot.Lines(steps, Curves.axis("mean weight", Format.PLAIN, lines, 0), lines, List.of())));
                last = lines;
            }
        }
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "weight-by-rank" + suffix,
                        "Weights of a token's choices over training" + of,
                        "The mean weight of the first choice, the second choice and so on: how sharply the router decides.",
                        "In the last layer: " + last(last),
                        views));
    }

    /** Returns how each category of text is distributed over the experts, one view per layer. */
    Optional<Figure> categories() {
        List<ExpertProfile> known = run.experts().layers().stream()
                .filter(profile -> !profile.categories().isEmpty())
                .toList();
        if (known.isEmpty()) {
            return Optional.empty();
        }
        String summary = known.stream()
                .map(p -> heading(p.layer()) + ": specialisation " + Numbers.fixed(p.specialisation(), 3)
                        + ", mutual information " + Numbers.fixed(p.categoryInformation(), 3) + ".")
                .collect(Collectors.joining(" "));
        return Optional.of(new Figure(
                "categories" + suffix,
                "Experts by category of text" + of,
                "On held-out text after training: how often each expert receives tokens of each category, as a multiple of an equal share. "
                        + summary
                        + " Specialisation is 0 if each expert sees only one category; its maximum is the entropy of the categories"
                        + " themselves. Mutual information is 0 if expert and category are independent.",
                summary,
                known.stream()
                        .map(p -> new View(
                                "layer-" + run.mixture(p.layer()),
                                heading(p.layer()),
                                spread(p),
                                p.equals(known.getLast())))
                        .toList()));
    }

    private String heading(int mixture) {
        String text = run.mixtureInText(mixture);
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static Plot spread(ExpertProfile profile) {
        int experts = profile.load().size();
        List<List<Double>> values = profile.categoryShare().stream()
                .map(shares -> {
                    double sum =
                            shares.stream().mapToDouble(Double::doubleValue).sum();
                    return shares.stream()
                            .map(share -> sum == 0 ? Double.NaN : share / sum * experts)
                            .toList();
                })
                .toList();
        return new Plot.HeatMap(
                "expert",
                "category",
                "share of the category's assignments as a multiple of an equal share",
                profile.categories(),
                IntStream.range(0, experts).mapToObj(String::valueOf).toList(),
                values,
                0,
                1,
                2,
                "×",
                experts <= 16);
    }

    /** Returns the tokens that each expert receives disproportionately often, per layer. */
    Optional<Table> liked() {
        List<List<Cell>> rows = new ArrayList<>();
        for (ExpertProfile profile : run.experts().layers()) {
            for (int expert = 0; expert < profile.liked().size(); expert++) {
                String tokensLiked = profile.liked().get(expert).stream()
                        .map(token -> visible(token.text()) + " " + Numbers.percent(token.share()))
                        .collect(Collectors.joining(", "));
                rows.add(List.of(
                        Cell.of(run.mixtureInText(profile.layer()) + ", expert " + expert),
                        Cell.of(Numbers.percent(profile.load().get(expert))),
                        Cell.of(tokensLiked.isEmpty() ? Numbers.NONE : tokensLiked)));
            }
        }
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(new Table(
                        "Tokens that each expert prefers" + of
                                + ", with the share of the token's assignments that it receives ("
                                + Numbers.count(run.experts().tokens()) + " held-out tokens)",
                        List.of(
                                Column.text("Expert"),
                                Column.number("Load", "of all assignments"),
                                Column.text("Tokens, most distinctive first")),
                        rows));
    }

    private static String visible(String token) {
        return "“" + token.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "”";
    }

    private Plot lines(String axis, List<Line> lines) {
        return new Plot.Lines(tokens, Curves.axis(axis, Format.PLAIN, lines, 0), lines, List.of());
    }

    private static String last(List<Line> lines) {
        return lines.stream()
                        .filter(line -> !line.points().isEmpty())
                        .map(line -> line.label() + " ends at "
                                + Numbers.compact(line.points().getLast().y()))
                        .collect(Collectors.joining(", "))
                + ".";
    }
}
