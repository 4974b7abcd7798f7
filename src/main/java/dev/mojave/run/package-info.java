/**
 * One training run: its recipe, folder, checkpoints, log and provenance. These packages write everything that a run leaves
 * behind, and read it back.
 */
@NullMarked
package dev.mojave.run;

import org.jspecify.annotations.NullMarked;
