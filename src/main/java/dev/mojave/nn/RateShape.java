package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import org.jspecify.annotations.Nullable;

/**
 * The shape of the learning rate over training: {@code train.schedule}. Every kind first rises linearly from 0 to
 * {@code train.learning_rate} over {@link #warmup} steps.
 */
public sealed interface RateShape {
    /** Returns the number of optimiser steps of the linear rise; 0 = no warm-up, or {@link #warmupFraction()} gives it. */
    long warmupSteps();

    /** Returns the linear rise as a fraction of all steps, so that it scales with the length of training; null = in steps. */
    @Nullable
    Double warmupFraction();

    /** Returns the optimiser steps of the linear rise when training has this many in all. */
    default long warmup(long steps) {
        Double fraction = warmupFraction();
        return fraction == null ? warmupSteps() : Math.round(fraction * steps);
    }

    /** A decay along half a cosine wave, from the peak to {@code minLearningRate} at the last step. */
    record Cosine(long warmupSteps, @Nullable Double warmupFraction, double minLearningRate) implements RateShape {
        /** Checks the signs. */
        public Cosine {
            check(warmupSteps, warmupFraction, minLearningRate);
        }

        /** A warm-up in steps. */
        public Cosine(long warmupSteps, double minLearningRate) {
            this(warmupSteps, null, minLearningRate);
        }
    }

    /** A linear decay from the peak to {@code minLearningRate} at the last step. */
    record Linear(long warmupSteps, @Nullable Double warmupFraction, double minLearningRate) implements RateShape {
        /** Checks the signs. */
        public Linear {
            check(warmupSteps, warmupFraction, minLearningRate);
        }

        /** A warm-up in steps. */
        public Linear(long warmupSteps, double minLearningRate) {
            this(warmupSteps, null, minLearningRate);
        }
    }

    /** The peak until the last step. */
    record Constant(long warmupSteps, @Nullable Double warmupFraction) implements RateShape {
        /** Checks the sign. */
        public Constant {
            check(warmupSteps, warmupFraction, 0);
        }

        /** A warm-up in steps. */
        public Constant(long warmupSteps) {
            this(warmupSteps, null);
        }
    }

    /**
     * Warm-up, stable, decay: the peak, then a linear decay to {@code minLearningRate} over the last part of training (arXiv
     * 2405.18392).
     *
     * @param decayFraction fraction of all steps over which the rate decays, above 0 and at most 1
     */
    record Wsd(
            long warmupSteps,
            @Nullable Double warmupFraction,
            double minLearningRate,
            @Default("0.2") double decayFraction)
            implements RateShape {
        /** Checks the signs and the fraction. */
        public Wsd {
            check(warmupSteps, warmupFraction, minLearningRate);
            Check.that(
                    0 < decayFraction && decayFraction <= 1,
                    "decay_fraction (%s) must be above 0 and at most 1",
                    decayFraction);
        }

        /** A warm-up in steps. */
        public Wsd(long warmupSteps, double minLearningRate, double decayFraction) {
            this(warmupSteps, null, minLearningRate, decayFraction);
        }
    }

    private static void check(long warmupSteps, @Nullable Double warmupFraction, double minLearningRate) {
        Check.that(warmupSteps >= 0, "warmup_steps (%d) must not be negative", warmupSteps);
        if (warmupFraction != null) {
            Check.that(
                    0 <= warmupFraction && warmupFraction < 1,
                    "warmup_fraction (%s) must be at least 0 and below 1",
                    warmupFraction);
            Check.that(
                    warmupSteps == 0,
                    "warmup_steps (%d) and warmup_fraction (%s) both give the length of the warm-up; remove one",
                    warmupSteps,
                    warmupFraction);
        }
        Check.that(minLearningRate >= 0, "min_learning_rate (%s) must not be negative", minLearningRate);
    }
}
