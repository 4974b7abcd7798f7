package dev.mojave.nn;

/**
 * A number that changes over training. Everything that depends on a run's step is a schedule, so that all agree on how steps are
 * counted.
 */
public sealed interface Schedule permits Coefficient, LearningRate {
    /** Returns the value at {@code step}, counted from 0, in a training of {@code totalSteps} steps. */
    double at(long step, long totalSteps);
}
