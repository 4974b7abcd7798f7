package dev.mojave.lab.sweep;

import dev.mojave.base.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Asynchronous successive halving (ASHA, Li et al., arXiv 1810.05934): every point is trained for the first budget, and the best share of
 * those that have ended at a rung is promoted to the next budget, without waiting for the whole rung.
 *
 * <p>Two things differ from the paper, so that a sweep gives one result however its trials are timed, and whether or not it is killed on the
 * way. Points are looked at in the order in which they entered a rung: the point in place k is promoted with the first k alone, or when a
 * later k makes room, whichever of them ended first. And a rung is a whole training run with a learning-rate schedule of its own, not a run
 * that is stopped and continued: losses of one rung are those of finished runs of one length.
 *
 * @param rungs training tokens, from the shortest run to the longest
 * @param keep the share of a rung that is promoted
 */
public record Halving(List<Long> rungs, double keep) {
    /** How near to 1/n a share must be typed to mean it: 0.33 is a third. */
    private static final double NEAR = 0.05;

    /** Checks that rungs rise and that something is kept, and something left. */
    public Halving {
        rungs = List.copyOf(rungs);
        Check.that(
                rungs.size() >= 2,
                "rungs (%s) must list at least two budgets in training tokens, for example [250k, 1M]; with one rung there is"
                        + " nothing to promote to",
                rungs);
        for (int i = 0; i < rungs.size(); i++) {
            Check.that(
                    rungs.get(i) > (i == 0 ? 0 : rungs.get(i - 1)),
                    "rungs (%s) must be positive numbers of training tokens that rise",
                    rungs);
        }
        Check.that(keep > 0 && keep < 1, "keep (%s) must lie between 0 and 1, for example 0.33", keep);
    }

    /** Returns how many of so many points are promoted. */
    int kept(int points) {
        double parts = 1 / keep;
        boolean whole = Math.abs(parts - Math.rint(parts)) < NEAR;
        // 100 * 0.29 is a little less than 29.
        return (int) Math.floor((whole ? points / Math.rint(parts) : points * keep) + 1e-9);
    }

    /**
     * Returns how many points at least reach each rung.
     *
     * @throws IllegalArgumentException if none is sure to reach the last
     */
    List<Integer> atLeast(int points) {
        List<Integer> reached = new ArrayList<>(List.of(points));
        for (int rung = 1; rung < rungs.size(); rung++) {
            reached.add(kept(reached.getLast()));
            Check.that(
                    reached.getLast() >= 1,
                    "halving.keep (%s) of %d points leaves none for rung %d of %d; use fewer rungs, a larger keep or more points",
                    keep,
                    reached.get(rung - 1),
                    rung + 1,
                    rungs.size());
        }
        return reached;
    }

    /**
     * Returns what is promoted from a rung, in the order of promotion. What was promoted stays so as more points end.
     *
     * @param entered what entered the rung, in that order
     * @param score validation loss, lower is better, infinite for what failed; empty while it is not known
     */
    <T> List<T> promoted(List<T> entered, Function<T, OptionalDouble> score) {
        record Scored<T>(T entry, double loss) {}
        List<Scored<T>> ended = new ArrayList<>();
        List<T> promoted = new ArrayList<>();
        for (T entry : entered) {
            OptionalDouble loss = score.apply(entry);
            if (loss.isEmpty()) {
                break;
            }
            ended.add(new Scored<>(entry, loss.getAsDouble()));
            ended.stream()
                    .filter(one -> Double.isFinite(one.loss))
                    .sorted(Comparator.comparingDouble(Scored::loss))
                    .limit(kept(ended.size()))
                    .map(Scored::entry)
                    .filter(one -> !promoted.contains(one))
                    .forEach(promoted::add);
        }
        return promoted;
    }
}
