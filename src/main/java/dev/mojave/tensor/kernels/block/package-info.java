/** Transformer blocks as one operation: attention and feed-forward with their norms and residual connections. */
@NullMarked
package dev.mojave.tensor.kernels.block;

import org.jspecify.annotations.NullMarked;
