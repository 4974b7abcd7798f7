package dev.mojave.result;

import java.util.List;

/**
 * The result of exporting a model for other programs.
 *
 * @param path the folder that was written
 * @param modelType {@code model_type} in its config.json
 * @param parametersTotal number of parameters written
 * @param warnings properties of the model that the folder's format cannot express
 */
public record ExportResult(String path, String modelType, long parametersTotal, List<String> warnings) {}
