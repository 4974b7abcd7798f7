package dev.mojave.train;

import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.window.RowLayout;
import dev.mojave.run.recipe.TrainLength.Epochs;
import dev.mojave.run.recipe.TrainLength.Steps;
import dev.mojave.run.recipe.TrainLength.Tokens;
import dev.mojave.run.recipe.TrainLength.Words;
import dev.mojave.run.recipe.TrainSpec;

/** Converts the length of training into optimiser steps; tokens, words and epochs are rounded up to whole steps. */
public final class TotalSteps {
    private TotalSteps() {}

    /** Returns the number of steps for a training split that is cut into rows; padding does not count as tokens. */
    public static long of(TrainSpec spec, TokenSplit train, RowLayout cut) {
        double perStep = spec.batchSize() * cut.tokensPerRow(train);
        return switch (spec.length()) {
            case Steps(long steps) -> steps;
            case Tokens(long tokens) -> steps(tokens / perStep);
            case Words(long words) -> {
                double tokensPerWord = (double) train.tokens() / Math.max(1, train.words());
                yield steps(words * tokensPerWord / perStep);
            }
            case Epochs(long epochs) -> steps(epochs * cut.rowsPerEpoch(train) / spec.batchSize());
        };
    }

    private static long steps(double steps) {
        return Math.max(1, (long) Math.ceil(steps));
    }
}
