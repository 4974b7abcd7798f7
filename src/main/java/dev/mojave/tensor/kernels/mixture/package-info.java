/** The experts of a block, with its norm and residual connection, as one operation, and the choice of the k largest values. */
@NullMarked
package dev.mojave.tensor.kernels.mixture;

import org.jspecify.annotations.NullMarked;
