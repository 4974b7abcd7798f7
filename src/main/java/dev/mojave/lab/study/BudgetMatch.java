package dev.mojave.lab.study;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import java.util.Locale;
import java.util.function.IntToLongFunction;

/**
 * Finds the value of one integer of a model whose count (parameters, FLOPs) is closest to a target; on a tie, the smaller value.
 *
 * <p>The count must not decrease with the size, which is true for every width of a transformer. The best size is then next to the
 * point where the count crosses the target, and bisection finds it.
 */
final class BudgetMatch {
    /** The largest relative error of a match. */
    static final double TOLERANCE = 0.01;

    // Larger than the feed-forward of any real model, and small enough that counts cannot overflow.
    static final int LARGEST = 1 << 22;

    private BudgetMatch() {}

    /**
     * The best size, with its count.
     *
     * @param size the new value of the resized key
     * @param achieved the count at that size
     * @param target the target count
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
     * The names that messages about a match use.
     *
     * @param place the YAML path, for example {@code arms.dense.match}
     * @param arm the arm whose budget is the target
     * @param counted name of the count, for example {@code active parameters without embeddings and head}
     * @param key the resized key
     */
    record Wanted(String place, String arm, String counted, String key) {}

    /**
     * Returns the size in [1, {@link #LARGEST}] whose count is closest to the target.
     *
     * @param count the count as a function of the size; must not decrease
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
                "%s: no %s brings the %s within %.0f%% of arm '%s': the target is %s, and the closest is %s at %s %d (%+.1f%%); "
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
            return "arm '" + wanted.arm() + "' is too large to match; give it fewer or smaller experts";
        }
        if (found.size() == 1 && found.achieved() > found.target()) {
            return "the model without its feed-forward layers is already larger; give arm '" + wanted.arm()
                    + "' a larger intermediate_size or more experts";
        }
        return "one step of the size changes the count by more than that; make arm '" + wanted.arm() + "' larger";
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
