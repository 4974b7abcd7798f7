/**
 * The engine's choices for this machine, made before the first tensor: BLAS library, precision, threads, kernels and allocator. They are
 * measured once, cached, printed by {@code mojave doctor}, and pinned in the provenance of every run.
 */
@NullMarked
package dev.mojave.tensor.engine;

import org.jspecify.annotations.NullMarked;
