package dev.mojave.lab.sweep;

import dev.mojave.base.Check;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Asynchronous successive halving (ASHA, Li et al., arXiv 1810.05934): every point is trained for the first budget, and the best
 * share of the points that have finished a rung is promoted to the next budget, without waiting for the whole rung.
 *
 * <p>Two things differ from the paper, so that a sweep gives the same result however its trials are timed and whether or not it
 * is killed on the way. First, promotions are decided on prefixes of the order in which points entered a rung: once the first k
 * points have finished, the best of these k are promoted, whichever finished first. Second, a rung is a complete training run
 * with a learning-rate schedule of its own, not a run that is stopped and continued, so all losses of a rung come from finished
 * runs of one length.
 *
 * @param rungs training tokens of each rung, in ascending order
 * @param keep the share of a rung that is promoted, between 0 and 1
 */
public record Halving(List<Long> rungs, double keep) {
    /** How close 1/{@code keep} must be to a whole number n for {@code keep} to mean 1/n: 0.33 means a third. */
    private static final double NEAR = 0.05;

    /** Checks that the rungs increase and that each promotes some points but not all. */
    public Halving {
        rungs = List.copyOf(rungs);
        Check.that(
                rungs.size() >= 2,
                "rungs (%s) must list at least two budgets in training tokens, for example [250k, 1M]; a single rung has"
                        + " no next rung to promote to",
                rungs);
        for (int i = 0; i < rungs.size(); i++) {
            Check.that(
                    rungs.get(i) > (i == 0 ? 0 : rungs.get(i - 1)),
                    "rungs (%s) must be positive, increasing numbers of training tokens",
                    rungs);
        }
        Check.that(keep > 0 && keep < 1, "keep (%s) must lie between 0 and 1, for example 0.33", keep);
    }

    /** Returns how many of {@code points} points are promoted. */
    int kept(int points) {
        double parts = 1 / keep;
        boolean whole = Math.abs(parts - Math.rint(parts)) < NEAR;
        // 100 * 0.29 is a little less than 29.
        return (int) Math.floor((whole ? points / Math.rint(parts) : points * keep) + 1e-9);
    }

    /**
     * Returns the minimum number of points that reach each rung.
     *
     * @throws IllegalArgumentException if no point is certain to reach the last rung
     */
    List<Integer> atLeast(int points) {
        List<Integer> reached = new ArrayList<>(List.of(points));
        for (int rung = 1; rung < rungs.size(); rung++) {
            reached.add(kept(reached.getLast()));
            Check.that(
                    reached.getLast() >= 1,
                    "halving.keep (%s) of %d points leaves no point for rung %d of %d; use fewer rungs, a larger keep or more points",
                    keep,
                    reached.get(rung - 1),
                    rung + 1,
                    rungs.size());
        }
        return reached;
    }

    /**
     * Returns the entries promoted from a rung, in the order of promotion. A promoted entry stays promoted as more points finish.
     *
     * @param entered the entries of the rung, in the order in which they entered it
     * @param score validation loss, lower is better; infinite for a failed entry, empty while the loss is unknown
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
