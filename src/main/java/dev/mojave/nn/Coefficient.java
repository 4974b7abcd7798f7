package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import org.jspecify.annotations.Nullable;

/**
 * How the coefficient of an auxiliary loss moves over training: a number in a recipe, or a section with a kind.
 *
 * <p>With {@code u = clamp((t - start) / steps, 0, 1)} at step t, counted from 0, a coefficient is {@code from + (to - from) u} (linear)
 * or {@code from + (to - from) (1 - cos(pi u)) / 2} (cosine); {@code steps} reach to the end of training unless given.
 */
public sealed interface Coefficient extends Schedule {
    /** Returns the step at which it begins to move; 0 where it never does. */
    default long start() {
        return 0;
    }

    /** Returns whether it has a value other than 0 before it begins to move, or never moves. */
    boolean actsAtOnce();

    /** Reads a plain number as a coefficient that never moves. */
    @JsonCreator
    static Coefficient constant(double value) {
        return new Constant(value);
    }

    /** The same value throughout. */
    record Constant(@JsonValue double value) implements Coefficient {
        /** Checks the sign. */
        public Constant {
            Check.that(value >= 0, "a coefficient (%s) must not be negative", value);
        }

        @Override
        public double at(long step, long totalSteps) {
            return value;
        }

        @Override
        public boolean actsAtOnce() {
            return true;
        }
    }

    /**
     * A straight line.
     *
     * @param from coefficient up to {@code start}
     * @param to coefficient in the end
     * @param start step at which it begins to move
     * @param steps how long it moves
     */
    record Linear(
            double from,
            double to,
            @Default("0") long start,
            @Nullable Long steps) implements Coefficient {
        /** Checks the signs, and that it does something. */
        public Linear {
            check(from, to, start, steps);
        }

        @Override
        public double at(long step, long totalSteps) {
            return from + (to - from) * progress(step, totalSteps, start, steps);
        }

        @Override
        public boolean actsAtOnce() {
            return from > 0;
        }
    }

    /**
     * Half a cosine, flat at both ends.
     *
     * @param from coefficient up to {@code start}
     * @param to coefficient in the end
     * @param start step at which it begins to move
     * @param steps how long it moves
     */
    record Cosine(
            double from,
            double to,
            @Default("0") long start,
            @Nullable Long steps) implements Coefficient {
        /** Checks the signs, and that it does something. */
        public Cosine {
            check(from, to, start, steps);
        }

        @Override
        public double at(long step, long totalSteps) {
            return from + (to - from) * (1 - Math.cos(Math.PI * progress(step, totalSteps, start, steps))) / 2;
        }

        @Override
        public boolean actsAtOnce() {
            return from > 0;
        }
    }

    private static void check(double from, double to, long start, @Nullable Long steps) {
        Check.that(from >= 0, "from (%s) must not be negative", from);
        Check.that(to >= 0, "to (%s) must not be negative", to);
        Check.that(from > 0 || to > 0, "from and to are both 0: the loss never acts; leave it out");
        Check.that(start >= 0, "start (%d) must not be negative", start);
        Check.that(steps == null || steps >= 1, "steps (%d) must be at least 1", steps == null ? 0 : steps);
    }

    private static double progress(long step, long totalSteps, long start, @Nullable Long steps) {
        long length = steps == null ? Math.max(1, totalSteps - 1 - start) : steps;
        return Math.clamp((double) (step - start) / length, 0, 1);
    }
}
