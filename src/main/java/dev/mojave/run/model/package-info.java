/** Saved models: loading those of runs and of other programs' folders, importing and exporting. */
@NullMarked
package dev.mojave.run.model;

import org.jspecify.annotations.NullMarked;
