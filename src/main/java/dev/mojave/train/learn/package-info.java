/** One optimiser step: the gradients of a batch, clipping, the update and the adaptation of routers. */
@NullMarked
package dev.mojave.train.learn;

import org.jspecify.annotations.NullMarked;
