package dev.mojave.train;

import dev.mojave.data.TokenSplit;
import dev.mojave.run.TrainLength.Epochs;
import dev.mojave.run.TrainLength.Steps;
import dev.mojave.run.TrainLength.Tokens;
import dev.mojave.run.TrainLength.Words;
import dev.mojave.run.TrainSpec;

/** How many optimiser steps a recipe's length is; tokens, words and epochs are rounded up to whole steps. */
public final class TotalSteps {
    private TotalSteps() {}

    /** Counts for a training split and a context length in tokens. */
    public static long of(TrainSpec spec, TokenSplit train, int contextLength) {
        long perStep = (long) spec.batchSize() * contextLength;
        return switch (spec.length()) {
            case Steps(long steps) -> steps;
            case Tokens(long tokens) -> Math.ceilDiv(tokens, perStep);
            case Words(long words) -> {
                double tokensPerWord = (double) train.tokens() / Math.max(1, train.words());
                yield Math.max(1, (long) Math.ceil(words * tokensPerWord / perStep));
            }
            case Epochs(long epochs) -> Math.ceilDiv(Math.multiplyExact(epochs, train.tokens()), perStep);
        };
    }
}
