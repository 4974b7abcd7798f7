/**
 * One training run: its recipe, its folder, its checkpoints, its log and where it comes from. Everything that a run leaves behind is
 * written here, and read back from here.
 */
@NullMarked
package dev.mojave.run;

import org.jspecify.annotations.NullMarked;
