package dev.mojave.nn;

import dev.mojave.tensor.Tensor;

/**
 * A tensor that training changes: by gradients, or, for the buffers of a model, by a rule of their own.
 *
 * @param name dotted path inside the model, for example {@code layers.0.attention.qkv.weight}
 * @param value float32, a leaf; it wants gradients unless it is a buffer
 * @param decays whether weight decay applies: matrices and embeddings do, biases and norms do not
 */
public record Parameter(String name, Tensor value, boolean decays) {}
