package dev.mojave.train;

import dev.mojave.data.catalog.PreparedData;
import dev.mojave.model.LanguageModel;
import dev.mojave.nn.Context;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.TrainSpec;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.train.learn.Learner;

/**
 * The inputs of a {@link Trainer}.
 *
 * @param model the model with its initial weights
 * @param data the prepared data
 * @param spec the recipe's {@code train} section
 * @param engine the engine's choices
 * @param recipeSha256 SHA-256 of the resolved recipe
 * @param folder the run's folder, for all output
 */
public record TrainJob(
        LanguageModel model,
        PreparedData data,
        TrainSpec spec,
        EngineChoice engine,
        String recipeSha256,
        RunFolder folder) {
    /** Returns the context in which training steps compute. */
    static Context context(TrainSpec spec, EngineChoice engine) {
        return new Context(true, engine.mixed() ? DType.BFLOAT16 : DType.FLOAT32, spec.recompute());
    }

    /** Returns the learner of the run, before the first of {@code totalSteps} steps. */
    Learner learner(long totalSteps) {
        return new Learner(
                model,
                context(spec, engine),
                new Learner.Spec(
                        spec.optimizer(),
                        spec.rate(),
                        spec.gradientClip(),
                        spec.microBatchSize(),
                        totalSteps,
                        spec.seed()),
                Group.ALONE);
    }
}
