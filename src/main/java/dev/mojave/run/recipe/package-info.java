/** Recipes: what a YAML file and its overrides say about a run or a study, checked and completed. */
@NullMarked
package dev.mojave.run.recipe;

import org.jspecify.annotations.NullMarked;
