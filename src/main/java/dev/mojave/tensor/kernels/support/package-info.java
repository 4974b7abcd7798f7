/**
 * What kernels are made of: workers and how rows are cut among them, matrices in native memory, products by the BLAS library, precision,
 * dropout.
 */
@NullMarked
package dev.mojave.tensor.kernels.support;

import org.jspecify.annotations.NullMarked;
