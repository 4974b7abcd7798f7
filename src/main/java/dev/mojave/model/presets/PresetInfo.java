package dev.mojave.model.presets;

import dev.mojave.model.ModelSpec;

/**
 * One preset as a person reads about it.
 *
 * @param name what a recipe writes after {@code preset:}
 * @param system the published system, with its source
 * @param description one line
 * @param model the model at the preset's own sizes, vocabulary included
 */
public record PresetInfo(String name, String system, String description, ModelSpec model) {}
