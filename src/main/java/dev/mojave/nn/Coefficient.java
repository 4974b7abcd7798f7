package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of an auxiliary loss's coefficient over training; in a recipe, a number or a section with a {@code kind}.
 *
 * <p>With {@code u = clamp((t - start) / steps, 0, 1)} at step t, counted from 0, the coefficient is {@code from + (to - from) u}
 * (linear) or {@code from + (to - from) (1 - cos(pi u)) / 2} (cosine). Without {@code steps} it reaches {@code to} at the last
 * step of training.
 */
public sealed interface Coefficient extends Schedule {
    /** Returns the first step of the change; 0 for a constant. */
    default long start() {
        return 0;
    }

    /** Returns whether the coefficient acts from the first step on: it is constant, or it starts above 0. */
    boolean actsAtOnce();

    /** Reads a plain number as a constant coefficient. */
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
     * A linear change.
     *
     * @param from coefficient up to {@code start}
     * @param to final coefficient
     * @param start first step of the change
     * @param steps duration of the change in optimiser steps; null = until the last step
     */
    record Linear(
            double from,
            double to,
            @Default("0") long start,
            @Nullable Long steps) implements Coefficient {
        /** Checks the signs, and that the loss acts at some step. */
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
     * A change along half a cosine wave, flat at both ends.
     *
     * @param from coefficient up to {@code start}
     * @param to final coefficient
     * @param start first step of the change
     * @param steps duration of the change in optimiser steps; null = until the last step
     */
    record Cosine(
            double from,
            double to,
            @Default("0") long start,
            @Nullable Long steps) implements Coefficient {
        /** Checks the signs, and that the loss acts at some step. */
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
