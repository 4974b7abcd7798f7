/** From the last hidden state to logits, losses and their gradients, without holding all logits at once. */
@NullMarked
package dev.mojave.tensor.kernels.head;

import org.jspecify.annotations.NullMarked;
