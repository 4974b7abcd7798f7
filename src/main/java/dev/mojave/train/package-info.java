/** Trains language models: runs from recipe to result, planning, and a loop that can be interrupted and resumed bit for bit. */
@NullMarked
package dev.mojave.train;

import org.jspecify.annotations.NullMarked;
