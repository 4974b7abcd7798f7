/** Experts: stacked feed-forwards, linear maps, and the shared expert that every token visits. */
@NullMarked
package dev.mojave.moe.experts;

import org.jspecify.annotations.NullMarked;
