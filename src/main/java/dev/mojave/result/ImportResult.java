package dev.mojave.result;

import java.util.List;

/**
 * The result of importing a model.
 *
 * @param path folder of the new run
 * @param modelType {@code model_type} in the model's config.json
 * @param description one-line description of the model
 * @param parametersTotal number of trained parameters
 * @param parametersActive number of parameters that one token uses
 * @param tokenizer whether the run has a tokenizer
 * @param warnings what users of the model should know
 */
public record ImportResult(
        String path,
        String modelType,
        String description,
        long parametersTotal,
        long parametersActive,
        boolean tokenizer,
        List<String> warnings) {}
