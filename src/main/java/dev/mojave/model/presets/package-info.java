/** Presets: one short YAML file per published system, and the rules that complete a recipe's model section from it. */
@NullMarked
package dev.mojave.model.presets;

import org.jspecify.annotations.NullMarked;
