package dev.mojave.nn;

import dev.mojave.tensor.Tensor;

/**
 * A tensor that training changes.
 *
 * @param name dotted path inside the model, for example {@code layers.0.attention.qkv.weight}
 * @param value float32, a leaf that wants gradients
 * @param decays whether weight decay applies: matrices and embeddings do, biases and norms do not
 */
public record Parameter(String name, Tensor value, boolean decays) {}
