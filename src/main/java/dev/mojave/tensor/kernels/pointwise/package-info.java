/** Kernels that make one pass over memory, element by element or row by row: gates, softmax, dropout, embedding, normalisation. */
@NullMarked
package dev.mojave.tensor.kernels.pointwise;

import org.jspecify.annotations.NullMarked;
