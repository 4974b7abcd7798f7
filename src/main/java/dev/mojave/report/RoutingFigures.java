package dev.mojave.report;

import dev.mojave.base.Plural;
import dev.mojave.report.page.Table;
import dev.mojave.report.page.Table.Cell;
import dev.mojave.report.page.Table.Column;
import dev.mojave.report.plot.Curves;
import dev.mojave.report.plot.Figure;
import dev.mojave.report.plot.Figure.View;
import dev.mojave.report.plot.Numbers;
import dev.mojave.report.plot.Plot;
import dev.mojave.result.RoutingTrace;
import dev.mojave.result.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The figures of how the routers of one arm distribute tokens over experts. Loads are shown as multiples of an equal share (1 is balanced). Experts
 * are never averaged over seeds: expert 0 of one seed has nothing to do with expert 0 of another.
 */
final class RoutingFigures {
    private static final String SHARE = "load as a multiple of an equal share";
    private static final String BEST = "first choices as a multiple of an equal share";
    private static final double TAIL = 0.1;
    private static final int MAX_COLUMNS = 60;
    private static final int PRINTED_EXPERTS = 16;

    private final String arm;
    private final String id;
    private final List<RunRecord> runs;

    /**
     * Creates the figures for the runs of one arm; runs without routing are left out.
     *
     * @param id appended to the figures' ids to make them unique on the page
     */
    RoutingFigures(String arm, String id, List<RunRecord> runs) {
        this.arm = arm;
        this.id = id;
        this.runs = runs.stream().filter(run -> !traces(run).isEmpty()).toList();
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Returns the loads by layer and expert at the end of training, one view per seed. */
    Figure atTheEnd() {
        List<View> views = new ArrayList<>();
        for (RunRecord run : runs) {
            views.add(view(run, end(run, RoutingTrace::load, SHARE)));
        }
        return new Figure(
                "utilisation-" + id,
                "Load at the end of training: " + arm,
                "Mean over the last tenth of the logged points. 1 is an equal share; 0 is a dead expert. The colour scale ends at 0 and 2.",
                summary(),
                views);
    }

    /** Returns the same for first choices alone, before capacity dropped any; empty if they were not logged. */
    Optional<Figure> bestChoices() {
        List<RunRecord> logged = withBestChoices();
        return logged.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "best-choice-" + id,
                        "First choices at the end of training: " + arm,
                        "Mean over the last tenth of the logged points: how many tokens have each expert as their first choice, as a"
                                + " multiple of an equal share, before capacity dropped any.",
                        summary(),
                        logged.stream()
                                .map(run -> view(run, end(run, RoutingTrace::bestChoice, BEST)))
                                .toList()));
    }

    /** Returns the first choices of every expert over training, one view per seed; empty if they were not logged. */
    Optional<Figure> bestChoicesOverTraining() {
        List<RunRecord> logged = withBestChoices();
        return logged.isEmpty()
                ? Optional.empty()
                : Optional.of(new Figure(
                        "best-choice-over-training-" + id,
                        "First choices over training: " + arm,
                        "One row per expert, first layer at the top: how many tokens have it as their first choice, as a multiple of an"
                                + " equal share.",
                        summary(),
                        logged.stream()
                                .map(run -> view(run, course(run, RoutingTrace::bestChoice, BEST)))
                                .toList()));
    }

    private List<RunRecord> withBestChoices() {
        return runs.stream()
                .filter(run -> traces(run).stream()
                        .noneMatch(trace -> trace.bestChoice().isEmpty()))
                .toList();
    }

    /** Returns the load of every expert over training, one view per seed. */
    Figure overTraining() {
        List<View> views = new ArrayList<>();
        for (RunRecord run : runs) {
            views.add(view(run, course(run, RoutingTrace::load, SHARE)));
        }
        return new Figure(
                "utilisation-over-training-" + id,
                "Load over training: " + arm,
                "One row per expert, first layer at the top. Rows that keep the neutral colour received an equal share throughout.",
                summary(),
                views);
    }

    /** Returns the view of one seed. Only the first seed is drawn as PNG, so that a large study does not leave hundreds of files. */
    private View view(RunRecord run, Plot plot) {
        return new View("seed-" + run.seed(), "Seed " + run.seed(), plot, run.equals(runs.getFirst()));
    }

    private static Plot end(RunRecord run, Function<RoutingTrace, List<List<Double>>> measure, String name) {
        List<RoutingTrace> traces = traces(run);
        int experts = experts(traces);
        List<List<Double>> values = traces.stream()
                .map(trace -> IntStream.range(0, experts)
                        .mapToObj(e -> tail(measure.apply(trace), load -> share(load, e)))
                        .toList())
                .toList();
        return new Plot.HeatMap(
                "expert",
                "layer",
                name,
                traces.stream().map(trace -> run.mixture(trace.layer())).toList(),
                IntStream.range(0, experts).mapToObj(String::valueOf).toList(),
                values,
                0,
                1,
                2,
                "×",
                experts <= PRINTED_EXPERTS);
    }

    private static Plot course(RunRecord run, Function<RoutingTrace, List<List<Double>>> measure, String name) {
        List<RoutingTrace> traces = traces(run);
        int points = traces.stream()
                .mapToInt(trace -> measure.apply(trace).size())
                .min()
                .orElse(0);
        List<Integer> kept = Curves.spread(IntStream.range(0, points).boxed().toList(), MAX_COLUMNS);
        List<String> rows = new ArrayList<>();
        List<List<Double>> values = new ArrayList<>();
        for (RoutingTrace trace : traces) {
            for (int e = 0; e < trace.load().getFirst().size(); e++) {
                int expert = e;
                rows.add(run.mixtureInText(trace.layer()) + ", expert " + expert);
                values.add(kept.stream()
                        .map(i -> share(measure.apply(trace).get(i), expert))
                        .toList());
            }
        }
        List<Long> steps = traces.getFirst().steps();
        List<String> columns = kept.stream()
                .map(i -> i < steps.size() ? Numbers.tick(steps.get(i), Plot.Format.COUNT) : String.valueOf(i))
                .toList();
        return new Plot.HeatMap("optimiser step", "layer, expert", name, rows, columns, values, 0, 1, 2, "×", false);
    }

    /** Returns load entropy, MaxVio, routing entropy, dead experts and drop rate per layer, over seeds. */
    Table table() {
        List<Column> columns = List.of(
                Column.text("Layer"),
                Column.number("Load entropy", "1 = balanced"),
                Column.number("MaxVio", "0 = balanced"),
                Column.number("Routing entropy", "nats"),
                Column.number("Dead experts", "maximum over seeds"),
                Column.number("Dropped", "share of assignments"));
        List<List<Cell>> rows = new ArrayList<>();
        for (RoutingTrace first : traces(runs.getFirst())) {
            List<RoutingTrace> layer = runs.stream()
                    .flatMap(run -> traces(run).stream())
                    .filter(trace -> trace.layer() == first.layer())
                    .toList();
            rows.add(List.of(
                    Cell.of(runs.getFirst().mixture(first.layer())),
                    overSeeds(layer, RoutingTrace::loadEntropy, 3),
                    overSeeds(layer, RoutingTrace::maxViolation, 2),
                    overSeeds(layer, RoutingTrace::routingEntropy, 2),
                    Cell.of(String.valueOf(layer.stream()
                            .mapToInt(t -> t.deadExperts().isEmpty()
                                    ? 0
                                    : t.deadExperts().getLast())
                            .max()
                            .orElse(0))),
                    Cell.of(Numbers.percent(Curves.mean(layer.stream()
                            .map(t -> tail(t.dropRate(), Function.identity()))
                            .toList())))));
        }
        String seeds = runs.size() > 1 ? ", mean over " + runs.size() + " seeds with minimum and maximum" : "";
        return new Table("Routing of " + arm + " by layer, last tenth of training" + seeds, columns, rows);
    }

    private static Cell overSeeds(
            List<RoutingTrace> layer, Function<RoutingTrace, List<Double>> measure, int decimals) {
        List<Double> values = layer.stream()
                .map(trace -> tail(measure.apply(trace), Function.identity()))
                .filter(Double::isFinite)
                .toList();
        String mean = Numbers.fixed(Curves.mean(values), decimals);
        if (values.size() < 2) {
            return Cell.of(mean);
        }
        double low = values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        double high = values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
        return Cell.of(mean, Numbers.fixed(low, decimals) + " to " + Numbers.fixed(high, decimals));
    }

    private String summary() {
        List<RoutingTrace> all =
                runs.stream().flatMap(run -> traces(run).stream()).toList();
        double entropy = Curves.mean(all.stream()
                .map(t -> tail(t.loadEntropy(), Function.identity()))
                .filter(Double::isFinite)
                .toList());
        Optional<Double> worst = all.stream()
                .map(t -> tail(t.maxViolation(), Function.identity()))
                .filter(Double::isFinite)
                .max(Double::compare);
        int dead = all.stream()
                .mapToInt(t -> t.deadExperts().isEmpty() ? 0 : t.deadExperts().getLast())
                .sum();
        return arm + ", " + Plural.of(runs.size(), "seed") + ": mean load entropy "
                + Numbers.fixed(entropy, 3) + " (1 is balanced), largest MaxVio "
                + worst.map(w -> Numbers.fixed(w, 2)).orElse(Numbers.NONE) + ", dead experts at the end: " + dead + ".";
    }

    private static List<RoutingTrace> traces(RunRecord run) {
        return run.routing().stream()
                .filter(trace ->
                        !trace.load().isEmpty() && !trace.load().getFirst().isEmpty())
                .toList();
    }

    private static int experts(List<RoutingTrace> traces) {
        return traces.stream()
                .mapToInt(trace -> trace.load().getFirst().size())
                .max()
                .orElse(0);
    }

    private static double share(List<Double> load, int expert) {
        return expert < load.size() ? load.get(expert) * load.size() : Double.NaN;
    }

    private static <T> double tail(List<T> values, Function<T, Double> measure) {
        int count = Math.max(1, (int) (values.size() * TAIL));
        return Curves.mean(values.subList(Math.max(0, values.size() - count), values.size()).stream()
                .map(measure)
                .toList());
    }
}
