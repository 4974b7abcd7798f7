/** One optimiser step: the gradients of a batch, clipping, the update, and what routers adapt to. */
@NullMarked
package dev.mojave.train.learn;

import org.jspecify.annotations.NullMarked;
