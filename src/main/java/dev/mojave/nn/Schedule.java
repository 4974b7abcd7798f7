package dev.mojave.nn;

/** How a number moves over training. Anything that follows the step of a run is one of these, so that all agree on what a step is. */
public sealed interface Schedule permits Coefficient, LearningRate {
    /** Returns the number at a step, counted from 0, of a training of so many steps. */
    double at(long step, long totalSteps);
}
