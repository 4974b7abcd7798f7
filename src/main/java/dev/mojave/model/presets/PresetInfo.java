package dev.mojave.model.presets;

import dev.mojave.model.ModelSpec;

/**
 * A preset with its description.
 *
 * @param name name of the preset in a recipe
 * @param system the published system, with its source
 * @param description description in one line
 * @param model the model at the preset's own sizes, including its vocabulary
 */
public record PresetInfo(String name, String system, String description, ModelSpec model) {}
