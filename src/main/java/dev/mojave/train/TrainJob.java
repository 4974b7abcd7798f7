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
 * What a trainer works on.
 *
 * @param model built, with the weights to start from
 * @param data opened
 * @param spec the recipe's {@code train} section
 * @param engine what the engine runs with
 * @param recipeSha256 hash of the resolved recipe
 * @param folder where everything goes
 */
public record TrainJob(
        LanguageModel model,
        PreparedData data,
        TrainSpec spec,
        EngineChoice engine,
        String recipeSha256,
        RunFolder folder) {
    /** Returns how a training step computes. */
    static Context context(TrainSpec spec, EngineChoice engine) {
        return new Context(true, engine.mixed() ? DType.BFLOAT16 : DType.FLOAT32, spec.recompute());
    }

    /** Returns what takes the run's steps, before the first of so many. */
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
