package dev.mojave.result;

import java.util.List;

/**
 * A model that was taken in.
 *
 * @param path the run's folder
 * @param modelType {@code model_type} of its config.json
 * @param description the model in one line
 * @param parametersTotal everything that is trained
 * @param parametersActive what one token uses
 * @param tokenizer whether the run has a tokenizer
 * @param warnings what its user should know
 */
public record ImportResult(
        String path,
        String modelType,
        String description,
        long parametersTotal,
        long parametersActive,
        boolean tokenizer,
        List<String> warnings) {}
