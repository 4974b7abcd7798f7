package dev.mojave.lab.study;

import dev.mojave.lab.statistics.Statistics;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.GapPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares arms with the reference, paired by seed: a trial counts only if the other arm has finished the same seed, so a crashed
 * trial excludes its pair and nothing else.
 */
final class Comparisons {
    /** Confidence level of every interval in a study. */
    static final double LEVEL = 0.95;

    static final String METHOD = "paired t over seeds";
    static final String METRIC = "val_loss";

    private final Map<String, Map<Long, TrialLosses>> byArm = new TreeMap<>();

    Comparisons(List<TrialLosses> trials) {
        for (TrialLosses trial : trials) {
            byArm.computeIfAbsent(trial.arm(), arm -> new TreeMap<>()).put(trial.seed(), trial);
        }
    }

    /** Compares the last validation losses, {@code a - b}; empty if no seed finished in both arms. */
    Optional<Comparison> compare(String a, String b) {
        List<Pair> pairs = pairs(a, b);
        if (pairs.isEmpty()) {
            return Optional.empty();
        }
        Statistics.Paired paired = Statistics.paired(
                pairs.stream().map(pair -> pair.a.valLoss()).toList(),
                pairs.stream().map(pair -> pair.b.valLoss()).toList(),
                LEVEL);
        return Optional.of(new Comparison(
                a,
                b,
                METRIC,
                paired.mean(),
                paired.interval().map(Statistics.Interval::low).orElse(null),
                paired.interval().map(Statistics.Interval::high).orElse(null),
                LEVEL,
                METHOD,
                paired.n(),
                paired.detectable().orElse(null),
                paired.pValue().orElse(null),
                null,
                bySeed(pairs)));
    }

    private static Map<Long, Double> bySeed(List<Pair> pairs) {
        Map<Long, Double> differences = new TreeMap<>();
        pairs.forEach(pair -> differences.put(pair.a.seed(), pair.a.valLoss() - pair.b.valLoss()));
        return differences;
    }

    /** Returns the same difference at every point of training at which all pairs were evaluated. */
    List<GapPoint> gap(String a, String b) {
        List<Pair> pairs = pairs(a, b);
        List<GapPoint> points = new ArrayList<>();
        for (long tokens : commonPoints(pairs)) {
            Statistics.Paired paired = Statistics.paired(
                    pairs.stream().map(pair -> at(pair.a, tokens)).toList(),
                    pairs.stream().map(pair -> at(pair.b, tokens)).toList(),
                    LEVEL);
            points.add(new GapPoint(
                    a,
                    b,
                    tokens,
                    paired.mean(),
                    paired.interval().map(Statistics.Interval::low).orElse(null),
                    paired.interval().map(Statistics.Interval::high).orElse(null)));
        }
        return points;
    }

    /**
     * Returns whether the gap was still changing: tests its change within each seed, from the evaluation closest to half of the
     * training to the last one, with the same paired t.
     */
    Trend trend(String a, String b) {
        List<Pair> pairs = pairs(a, b);
        SortedSet<Long> points = commonPoints(pairs);
        if (pairs.size() < 2 || points.size() < 2) {
            return Trend.UNKNOWN;
        }
        long last = points.last();
        long middle = points.stream()
                .min(Comparator.comparingLong((Long tokens) -> Math.abs(2 * tokens - last)))
                .orElseThrow();
        if (middle == last) {
            return Trend.UNKNOWN;
        }
        Statistics.Interval change = Statistics.paired(
                        pairs.stream().map(pair -> pair.gap(last)).toList(),
                        pairs.stream().map(pair -> pair.gap(middle)).toList(),
                        LEVEL)
                .interval()
                .orElseThrow();
        if (!change.excludesZero()) {
            return Trend.NOT_SHOWN;
        }
        return change.low() > 0 ? Trend.TOWARDS_B : Trend.TOWARDS_A;
    }

    private List<Pair> pairs(String a, String b) {
        Map<Long, TrialLosses> other = byArm.getOrDefault(b, Map.of());
        return byArm.getOrDefault(a, Map.of()).values().stream()
                .filter(trial -> other.containsKey(trial.seed()))
                .map(trial -> new Pair(trial, Objects.requireNonNull(other.get(trial.seed()))))
                .toList();
    }

    private static SortedSet<Long> commonPoints(List<Pair> pairs) {
        SortedSet<Long> common = new TreeSet<>();
        if (pairs.isEmpty()) {
            return common;
        }
        common.addAll(pairs.getFirst().a.curve().keySet());
        for (Pair pair : pairs) {
            common.retainAll(pair.a.curve().keySet());
            common.retainAll(pair.b.curve().keySet());
        }
        return common;
    }

    private static double at(TrialLosses trial, long tokens) {
        return Objects.requireNonNull(trial.curve().get(tokens), "a common point is in every curve");
    }

    private record Pair(TrialLosses a, TrialLosses b) {
        double gap(long tokens) {
            return at(a, tokens) - at(b, tokens);
        }
    }
}
