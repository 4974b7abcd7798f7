/** Processes that this one starts: their commands, what they say, and that they end with it. */
@NullMarked
package dev.mojave.base.process;

import org.jspecify.annotations.NullMarked;
