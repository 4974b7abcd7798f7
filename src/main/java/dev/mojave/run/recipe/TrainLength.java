package dev.mojave.run.recipe;

/** The length of training, in the unit that the recipe uses. */
public sealed interface TrainLength {
    /** Optimiser steps. */
    record Steps(long steps) implements TrainLength {}

    /** Training tokens, rounded up to whole steps. */
    record Tokens(long tokens) implements TrainLength {}

    /** Words of training text, rounded up to whole steps. */
    record Words(long words) implements TrainLength {}

    /** Passes over the training split. */
    record Epochs(long epochs) implements TrainLength {}
}
