package dev.mojave.lab.map;

import dev.mojave.base.Units;
import dev.mojave.lab.statistics.Turning;
import dev.mojave.lab.study.Corrected;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.MapResult;
import dev.mojave.result.study.Turn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The joint results of a map's cells: corrected comparisons, turning points and a headline. */
final class MapSummary {
    private static final double LEVEL = 0.95;

    private final List<MapCell> cells;

    /**
     * Creates the summary of cells.
     *
     * @param cells with comparisons whose p-values are not corrected yet, or corrected for a smaller map
     */
    MapSummary(List<MapCell> cells) {
        List<Comparison> all =
                cells.stream().flatMap(cell -> cell.comparisons().stream()).toList();
        List<Comparison> corrected = new ArrayList<>(Corrected.comparisons(all));
        List<MapCell> whole = new ArrayList<>();
        for (MapCell cell : cells) {
            List<Comparison> own = corrected.subList(0, cell.comparisons().size());
            whole.add(new MapCell(cell.name(), cell.label(), cell.values(), cell.arms(), List.copyOf(own)));
            own.clear();
        }
        this.cells = List.copyOf(whole);
    }

    /** Returns the cells with p-values corrected for all comparisons of all of them. */
    List<MapCell> cells() {
        return cells;
    }

    /** A pair of arms that is compared. */
    private record Pair(String a, String b) {}

    private Set<Pair> pairs() {
        return cells.stream()
                .flatMap(cell -> cell.comparisons().stream())
                .map(one -> new Pair(one.a(), one.b()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns the turning points of each size and pair; a size with fewer than two budgets has none. */
    List<Turn> turns() {
        Map<Map<String, String>, List<MapCell>> sizes = new LinkedHashMap<>();
        for (MapCell cell : cells) {
            if (cell.values().containsKey(MapResult.TOKENS)) {
                Map<String, String> at = new LinkedHashMap<>(cell.values());
                at.remove(MapResult.TOKENS);
                sizes.computeIfAbsent(at, size -> new ArrayList<>()).add(cell);
            }
        }
        List<Turn> turns = new ArrayList<>();
        sizes.forEach((at, row) -> pairs().forEach(pair -> turn(at, row, pair).ifPresent(turns::add)));
        return turns;
    }

    /** A budget with the gap of each seed. */
    private record Budget(double tokens, Map<Long, Double> gaps) {}

    private static Optional<Turn> turn(Map<String, String> at, List<MapCell> row, Pair pair) {
        List<Budget> budgets = new ArrayList<>();
        for (MapCell cell : row) {
            cell.comparison(pair.a, pair.b)
                    .map(Comparison::bySeed)
                    .ifPresent(gaps -> budgets.add(new Budget(tokens(cell), gaps)));
        }
        budgets.sort(Comparator.comparingDouble(Budget::tokens));
        if (budgets.size() < 2) {
            return Optional.empty();
        }
        Set<Long> seeds = new LinkedHashSet<>(budgets.getFirst().gaps.keySet());
        budgets.forEach(budget -> seeds.retainAll(budget.gaps.keySet()));
        if (seeds.isEmpty()) {
            return Optional.empty();
        }
        List<List<Double>> gaps = seeds.stream()
                .map(seed -> budgets.stream()
                        .map(budget -> budget.gaps.getOrDefault(seed, Double.NaN))
                        .toList())
                .toList();
        List<Double> tokens = budgets.stream().map(Budget::tokens).toList();
        Turning turning = Turning.of(tokens, gaps, LEVEL);
        String leads = turning.leads() == 0 ? null : turning.leads() > 0 ? pair.b : pair.a;
        return Optional.of(new Turn(
                at,
                pair.a,
                pair.b,
                leads,
                finite(turning.at()),
                turning.interval().map(interval -> finite(interval.low())).orElse(null),
                turning.interval().map(interval -> finite(interval.high())).orElse(null),
                LEVEL,
                seeds.size(),
                turning.changes(),
                words(turning, leads, tokens, seeds.size())));
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** Returns the budget of a cell in training tokens. */
    static double tokens(MapCell cell) {
        return Double.parseDouble(cell.values().getOrDefault(MapResult.TOKENS, "NaN"));
    }

    private static String words(Turning turning, @Nullable String leads, List<Double> budgets, int seeds) {
        if (leads == null) {
            return "neither leads at the largest budget, " + count(budgets.getLast());
        }
        String interval = turning.interval()
                .map(of -> String.format(
                        Locale.ROOT,
                        " (%.0f%% bootstrap interval %s to %s, %d seeds)",
                        100 * LEVEL,
                        end(of.low(), budgets),
                        end(of.high(), budgets),
                        seeds))
                .orElse(" (one seed, no interval)");
        if (!Double.isFinite(turning.at())) {
            boolean sure = turning.interval()
                    .map(of -> of.low() == turning.at() && of.high() == turning.at())
                    .orElse(false);
            return String.format(
                    Locale.ROOT,
                    "not reached within the budgets: %s leads at every budget from %s to %s%s",
                    leads,
                    count(budgets.getFirst()),
                    count(budgets.getLast()),
                    sure ? ", in every bootstrap sample of the " + seeds + " seeds" : interval);
        }
        return leads + " leads from " + count(turning.at()) + " training tokens on" + interval
                + (turning.changes() > 1 ? ", the last of " + turning.changes() + " changes" : "");
    }

    private static String end(double value, List<Double> budgets) {
        return Double.isFinite(value)
                ? count(value)
                : value < 0 ? "below " + count(budgets.getFirst()) : "beyond " + count(budgets.getLast());
    }

    private static String count(double tokens) {
        return Units.shortCount(tokens);
    }

    /** Returns the headline: the number of cells in which each arm was shown to be better. */
    String headline() {
        if (cells.stream().allMatch(cell -> cell.comparisons().isEmpty())) {
            return "No verdict: no seed finished in both the mixture and another arm.";
        }
        List<String> clauses = new ArrayList<>();
        for (Pair pair : pairs()) {
            List<Comparison> own = cells.stream()
                    .flatMap(cell -> cell.comparison(pair.a, pair.b).stream())
                    .toList();
            long better = own.stream().filter(one -> one.shown() > 0).count();
            long worse = own.stream().filter(one -> one.shown() < 0).count();
            clauses.add(String.format(
                    Locale.ROOT,
                    "%s is shown to be better than %s in %d of %d cells and worse in %d",
                    pair.b,
                    pair.a,
                    better,
                    own.size(),
                    worse));
        }
        long family = cells.stream()
                .flatMap(cell -> cell.comparisons().stream())
                .filter(one -> one.pValue() != null)
                .count();
        String text = String.join("; ", clauses);
        return text.substring(0, 1).toUpperCase(Locale.ROOT)
                + text.substring(1)
                + (family == 0
                        ? " (one seed: nothing can be shown)."
                        : " (Holm's correction for " + family + " comparisons).");
    }
}
