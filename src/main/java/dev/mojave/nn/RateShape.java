package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;

/**
 * The shape of the learning rate over training: {@code train.schedule}. Every kind first rises linearly from 0 to
 * {@code train.learning_rate} over {@link #warmupSteps()}.
 */
public sealed interface RateShape {
    /** Returns the number of optimiser steps of the linear rise; 0 = no warm-up. */
    long warmupSteps();

    /** A decay along half a cosine wave, from the peak to {@code minLearningRate} at the last step. */
    record Cosine(long warmupSteps, double minLearningRate) implements RateShape {
        /** Checks the signs. */
        public Cosine {
            check(warmupSteps, minLearningRate);
        }
    }

    /** A linear decay from the peak to {@code minLearningRate} at the last step. */
    record Linear(long warmupSteps, double minLearningRate) implements RateShape {
        /** Checks the signs. */
        public Linear {
            check(warmupSteps, minLearningRate);
        }
    }

    /** The peak until the last step. */
    record Constant(long warmupSteps) implements RateShape {
        /** Checks the sign. */
        public Constant {
            check(warmupSteps, 0);
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
            double minLearningRate,
            @Default("0.2") double decayFraction) implements RateShape {
        /** Checks the signs and the fraction. */
        public Wsd {
            check(warmupSteps, minLearningRate);
            Check.that(
                    0 < decayFraction && decayFraction <= 1,
                    "decay_fraction (%s) must be above 0 and at most 1",
                    decayFraction);
        }
    }

    private static void check(long warmupSteps, double minLearningRate) {
        Check.that(warmupSteps >= 0, "warmup_steps (%d) must not be negative", warmupSteps);
        Check.that(minLearningRate >= 0, "min_learning_rate (%s) must not be negative", minLearningRate);
    }
}
