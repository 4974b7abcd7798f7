/** Recipes: the settings of runs and studies, read from YAML files and overrides, checked and completed. */
@NullMarked
package dev.mojave.run.recipe;

import org.jspecify.annotations.NullMarked;
