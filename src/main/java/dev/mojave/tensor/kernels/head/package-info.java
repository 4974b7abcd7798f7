/** Computes logits, losses and their gradients from the last hidden state, without holding all logits at once. */
@NullMarked
package dev.mojave.tensor.kernels.head;

import org.jspecify.annotations.NullMarked;
