/** Trains language models: optimiser, schedule, steps, and the loop that survives interruption. */
@NullMarked
package dev.mojave.train;

import org.jspecify.annotations.NullMarked;
