/**
 * What the machine is, and the choices made for it before the first tensor: BLAS library, precision, threads, kernels, allocator.
 * They are measured once, cached, printed by {@code mojave doctor}, and pinned in the provenance of whatever was trained.
 */
@NullMarked
package dev.mojave.tensor.engine;

import org.jspecify.annotations.NullMarked;
