/**
 * Tensors with automatic differentiation: a thin wrapper over libtorch, the only package that knows it.
 *
 * <p>Native memory is lexical: what is made inside a {@link dev.mojave.tensor.Scope} is freed when the scope closes, unless
 * it was kept.
 */
@NullMarked
package dev.mojave.tensor;

import org.jspecify.annotations.NullMarked;
