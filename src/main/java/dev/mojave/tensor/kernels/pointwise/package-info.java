/** Kernels that pass over memory once, element by element or row by row: gates, softmax, dropout, embedding, normalisation. */
@NullMarked
package dev.mojave.tensor.kernels.pointwise;

import org.jspecify.annotations.NullMarked;
