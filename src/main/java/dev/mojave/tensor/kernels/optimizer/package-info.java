/** Passes over all parameters and gradients: AdamW's update and the norm of the gradient. */
@NullMarked
package dev.mojave.tensor.kernels.optimizer;

import org.jspecify.annotations.NullMarked;
