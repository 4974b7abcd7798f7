package dev.mojave.lab.sweep;

import dev.mojave.lab.statistics.Statistics;
import dev.mojave.result.study.SweepResult;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The effect of each value of a key, averaged over the other keys (main effects), and the joint effect of two keys beyond their
 * main effects (interactions), over points that had the same budget and the same seeds. Ranges are divided into three parts of
 * equal size on their scale.
 *
 * <p>The interval of an effect is over seeds: it reflects how precisely these points were measured, not how other points would
 * differ.
 */
public final class Effects {
    private static final int PARTS = 3;

    /** A value of a key, or a part of its range, with its points. */
    private record Level(String text, List<Measured> points) {}

    private final List<SweptKey> keys;
    private final List<Measured> points;

    /** Creates the effects of keys on points of one budget, all with the same seeds. */
    public Effects(List<SweptKey> keys, List<Measured> points) {
        this.keys = List.copyOf(keys);
        this.points = List.copyOf(points);
    }

    /** Returns the main effects of every key's values, in nats per token; values without a point are left out. */
    public List<SweepResult.Effect> main() {
        List<SweepResult.Effect> effects = new ArrayList<>();
        for (SweptKey key : keys) {
            for (Level level : levels(key)) {
                if (!level.points.isEmpty()) {
                    effects.add(effect(key, level));
                }
            }
        }
        return effects;
    }

    private SweepResult.Effect effect(SweptKey key, Level level) {
        List<Double> own = bySeed(level.points);
        Statistics.Paired paired = Statistics.paired(own, bySeed(points), Ranking.LEVEL);
        return new SweepResult.Effect(
                key.path(),
                level.text,
                level.points.size(),
                Statistics.mean(own),
                paired.mean(),
                paired.interval().map(Statistics.Interval::low).orElse(null),
                paired.interval().map(Statistics.Interval::high).orElse(null));
    }

    /** Returns the interaction of every pair of keys. */
    public List<SweepResult.Interaction> interactions() {
        List<SweepResult.Interaction> interactions = new ArrayList<>();
        for (int i = 0; i < keys.size() && !points.isEmpty(); i++) {
            for (int j = i + 1; j < keys.size(); j++) {
                interactions.add(interaction(keys.get(i), keys.get(j)));
            }
        }
        return interactions;
    }

    private SweepResult.Interaction interaction(SweptKey a, SweptKey b) {
        double all = mean(points);
        List<SweepResult.Cell> cells = new ArrayList<>();
        for (Level row : levels(a)) {
            for (Level column : levels(b)) {
                Set<Measured> ofColumn = Set.copyOf(column.points);
                List<Measured> both =
                        row.points.stream().filter(ofColumn::contains).toList();
                cells.add(
                        both.isEmpty()
                                ? new SweepResult.Cell(row.text, column.text, 0, null, null)
                                : new SweepResult.Cell(
                                        row.text,
                                        column.text,
                                        both.size(),
                                        mean(both),
                                        mean(both) - mean(row.points) - mean(column.points) + all));
            }
        }
        return new SweepResult.Interaction(a.path(), b.path(), cells);
    }

    private List<Level> levels(SweptKey key) {
        return switch (key) {
            case SweptKey.Listed listed ->
                listed.values().stream()
                        .map(SweptKey::text)
                        .map(text -> level(
                                text,
                                measured -> measured.point().text(key.path()).equals(text)))
                        .toList();
            case SweptKey.Range range ->
                IntStream.range(0, PARTS).mapToObj(part -> part(range, part)).toList();
        };
    }

    private Level part(SweptKey.Range range, int part) {
        double low = range.at((double) part / PARTS, range.to());
        double high = range.at((part + 1.0) / PARTS, range.to());
        return level(text(low) + " to " + text(high), measured -> {
            double value = measured.point().number(range.path());
            return (part == 0 || value >= low) && (part == PARTS - 1 || value < high);
        });
    }

    private static String text(double value) {
        double rounded = new BigDecimal(value).round(new MathContext(3)).doubleValue();
        return SweptKey.text(JsonNodeFactory.instance.numberNode(rounded));
    }

    private Level level(String text, Predicate<Measured> has) {
        return new Level(text, points.stream().filter(has).toList());
    }

    private static double mean(List<Measured> points) {
        return Statistics.mean(points.stream().map(Measured::mean).toList());
    }

    /** Returns the mean over points for each seed, in the order of the seeds. */
    private static List<Double> bySeed(List<Measured> points) {
        return points.getFirst().losses().keySet().stream()
                .map(seed -> Statistics.mean(points.stream()
                        .map(point -> point.losses().getOrDefault(seed, Double.NaN))
                        .toList()))
                .toList();
    }
}
