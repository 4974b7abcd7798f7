package dev.mojave.run;

import dev.mojave.base.Failure;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.model.LanguageModel;

/**
 * A trained model, ready to use, with what it was trained with.
 *
 * @param model with the checkpoint's weights; closed by {@link #close}
 * @param tokenizer of the run
 * @param recipe of the run
 * @param step optimiser steps that made the weights
 */
public record SavedModel(LanguageModel model, Tokenizer tokenizer, Recipe recipe, long step) implements AutoCloseable {
    /** The checkpoint that the run would resume from. */
    public static final String LAST = "last";

    /** The checkpoint with the lowest validation loss. */
    public static final String BEST = "best";

    /**
     * Loads a run's model.
     *
     * @param which {@code last}, {@code best} or a step
     * @throws Failure of kind DATA if there is no such checkpoint or it is damaged, USAGE if {@code which} is none of these
     */
    public static SavedModel load(RunFolder run, String which) {
        Recipe recipe = run.recipe();
        Tokenizer tokenizer = run.tokenizer();
        if (recipe.model().vocabSize() < tokenizer.vocabSize()) {
            throw Failure.data(
                    "%s: the model has %d token embeddings, but the tokenizer has %d tokens: they do not belong together",
                    run.path(), recipe.model().vocabSize(), tokenizer.vocabSize());
        }
        try (Checkpoint checkpoint = run.checkpoints().open(step(run, which))) {
            LanguageModel model =
                    LanguageModel.build(recipe.model(), recipe.train().seed());
            Snapshots.restore(checkpoint, model);
            return new SavedModel(model, tokenizer, recipe, checkpoint.state().step());
        }
    }

    private static long step(RunFolder run, String which) {
        Checkpoints checkpoints = run.checkpoints();
        return switch (which) {
            case LAST -> checkpoints.last().orElseThrow(() -> none(run));
            case BEST -> checkpoints.best().or(checkpoints::last).orElseThrow(() -> none(run));
            default -> {
                if (!which.matches("\\d{1,18}")) {
                    throw Failure.usage("--checkpoint: '%s' is not last, best or a step such as 500", which);
                }
                yield Long.parseLong(which);
            }
        };
    }

    private static Failure none(RunFolder run) {
        return Failure.data("%s has no checkpoint yet: let it train until its first one", run.path());
    }

    @Override
    public void close() {
        model.close();
    }
}
