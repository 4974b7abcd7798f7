package dev.mojave.lab.study;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import java.util.Locale;
import java.util.function.IntToLongFunction;

/**
 * Resizes one integer of a model so that a count (parameters, FLOPs) meets a target: the smallest error wins, the smaller
 * size on a tie.
 *
 * <p>The count must not fall when the size grows, which holds for every width of a transformer; then the best size is
 * next to where the count crosses the target, and halving finds it.
 */
final class BudgetMatch {
    /** The largest error that still counts as a match, relative to the target. */
    static final double TOLERANCE = 0.01;

    // Wide enough for any model that trains anywhere, and small enough that counts stay far from overflow.
    static final int LARGEST = 1 << 22;

    private BudgetMatch() {}

    /**
     * A match that was found.
     *
     * @param size the value that the resized key gets
     * @param achieved the count at that size
     * @param target the count that was asked for
     */
    record Found(int size, long achieved, long target) {
        long distance() {
            return Math.abs(achieved - target);
        }

        double error() {
            return distance() / (double) target;
        }
    }

    /**
     * What to match, in the user's words.
     *
     * @param place the YAML path, for example {@code arms.dense.match}
     * @param arm the arm whose budget is the target
     * @param counted what is counted, for example {@code active parameters without embeddings and head}
     * @param key the key that is resized
     */
    record Wanted(String place, String arm, String counted, String key) {}

    /**
     * Finds the size in [1, {@link #LARGEST}] whose count is nearest to the target.
     *
     * @param count the count at a size; must not fall when the size grows
     * @throws Failure of kind USAGE if no size comes within {@link #TOLERANCE} of the target
     */
    static Found nearest(Wanted wanted, long target, IntToLongFunction count) {
        Check.that(target > 0, "the target (%d) must be positive", target);
        int low = 1;
        int high = LARGEST;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (count.applyAsLong(middle) >= target) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Found found = new Found(low, count.applyAsLong(low), target);
        if (low > 1) {
            Found below = new Found(low - 1, count.applyAsLong(low - 1), target);
            found = below.distance() <= found.distance() ? below : found;
        }
        if (found.error() > TOLERANCE) {
            throw failure(wanted, found);
        }
        return found;
    }

    private static Failure failure(Wanted wanted, Found found) {
        return Failure.usage(
                "%s: no %s brings the %s within %.0f%% of arm '%s': the target is %s, the nearest is %s at %s %d (%+.1f%%); "
                        + "%s, or match another budget",
                wanted.place(),
                wanted.key(),
                wanted.counted(),
                100 * TOLERANCE,
                wanted.arm(),
                grouped(found.target()),
                grouped(found.achieved()),
                wanted.key(),
                found.size(),
                100.0 * (found.achieved() - found.target()) / found.target(),
                remedy(wanted, found));
    }

    private static String remedy(Wanted wanted, Found found) {
        if (found.size() == LARGEST) {
            return "arm '" + wanted.arm() + "' is out of reach; give it fewer or smaller experts";
        }
        if (found.size() == 1 && found.achieved() > found.target()) {
            return "everything but the feed-forward layers is already larger; give arm '" + wanted.arm()
                    + "' a larger intermediate_size or more experts";
        }
        return "the steps between sizes are too coarse; make arm '" + wanted.arm() + "' larger";
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
