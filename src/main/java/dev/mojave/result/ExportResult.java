package dev.mojave.result;

import java.util.List;

/**
 * A model that was written for other programs.
 *
 * @param path its folder
 * @param modelType {@code model_type} of its config.json
 * @param parametersTotal parameters written
 * @param warnings what the folder cannot say
 */
public record ExportResult(String path, String modelType, long parametersTotal, List<String> warnings) {}
