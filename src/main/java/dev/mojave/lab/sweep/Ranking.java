package dev.mojave.lab.sweep;

import dev.mojave.lab.statistics.Statistics;
import dev.mojave.result.study.SweepPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Points ranked by their losses: by rung, the highest first, and within a rung by the mean over seeds. All points have the same
 * seeds, so each is compared with the best by differences within seeds.
 *
 * <p>The p-values are corrected by Holm's procedure for all pairs of points, not only for the comparisons with the best: the best
 * was selected by the same losses, and a correction for one comparison per point would find a significant difference in a tenth
 * of all sweeps whose points are equally good.
 */
public final class Ranking {
    /** Confidence level of every interval of a sweep. */
    public static final double LEVEL = 0.95;

    private final List<Measured> ranked;

    /** Ranks points, all of which have the same seeds. */
    public Ranking(List<Measured> points) {
        this.ranked = points.stream()
                .sorted(Comparator.comparingInt(Measured::rung)
                        .reversed()
                        .thenComparingDouble(Measured::mean)
                        .thenComparingInt(measured -> measured.point().number()))
                .toList();
    }

    /** Returns the points, best first. */
    public List<Measured> ranked() {
        return ranked;
    }

    /** Returns the best point; empty if there are no points. */
    public Optional<Measured> best() {
        return ranked.stream().findFirst();
    }

    /**
     * Returns the difference of each point from the best, in nats per token, by the point's number, for the points that had the
     * same budget as the best.
     */
    public Map<Integer, SweepPoint.Difference> againstBest() {
        Map<Integer, SweepPoint.Difference> differences = new LinkedHashMap<>();
        if (ranked.isEmpty()) {
            return differences;
        }
        Measured best = ranked.getFirst();
        List<Measured> others = ranked.stream()
                .skip(1)
                .filter(other -> other.rung() == best.rung())
                .toList();
        List<Statistics.Paired> paired = others.stream()
                .map(other -> Statistics.paired(values(other), values(best), LEVEL))
                .toList();
        List<Double> pValues =
                paired.stream().flatMap(pair -> pair.pValue().stream()).toList();
        // Any pair could have been reported, because the same losses determined which point is the best.
        long points = others.size() + 1L;
        List<Double> corrected = Statistics.holm(pValues, points * (points - 1) / 2);
        for (int i = 0; i < others.size(); i++) {
            Statistics.Paired pair = paired.get(i);
            boolean has = pair.interval().isPresent();
            differences.put(
                    others.get(i).point().number(),
                    new SweepPoint.Difference(
                            pair.mean(),
                            pair.interval().map(Statistics.Interval::low).orElse(null),
                            pair.interval().map(Statistics.Interval::high).orElse(null),
                            LEVEL,
                            pair.n(),
                            pair.pValue().orElse(null),
                            has ? Objects.requireNonNull(corrected.get(i)) : null));
        }
        return differences;
    }

    private static List<Double> values(Measured measured) {
        return new ArrayList<>(measured.losses().values());
    }
}
