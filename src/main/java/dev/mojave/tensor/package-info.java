/**
 * Tensors with automatic differentiation: a thin wrapper over libtorch, the only package that depends on it.
 *
 * <p>Native memory is lexical: an object created inside a {@link dev.mojave.tensor.Scope} is freed when the scope closes, unless
 * it was kept.
 */
@NullMarked
package dev.mojave.tensor;

import org.jspecify.annotations.NullMarked;
