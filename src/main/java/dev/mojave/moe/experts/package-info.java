/** Experts: stacked feed-forward layers, stacked linear maps, and the shared expert that processes every token. */
@NullMarked
package dev.mojave.moe.experts;

import org.jspecify.annotations.NullMarked;
