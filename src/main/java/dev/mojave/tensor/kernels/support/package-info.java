/**
 * The building blocks of kernels: workers and the partition of rows among them, matrices in native memory, products by the BLAS library,
 * precision, dropout.
 */
@NullMarked
package dev.mojave.tensor.kernels.support;

import org.jspecify.annotations.NullMarked;
