package dev.mojave.train;

import dev.mojave.data.PreparedData;
import dev.mojave.model.LanguageModel;
import dev.mojave.run.RunFolder;
import dev.mojave.run.TrainSpec;
import dev.mojave.tensor.engine.EngineChoice;

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
        RunFolder folder) {}
