package dev.mojave.nn;

import dev.mojave.tensor.DType;

/**
 * The settings of a forward pass.
 *
 * @param training whether dropout is applied
 * @param compute dtype of the large matrix products: FLOAT32, or BFLOAT16 for mixed precision; norms, softmax, router and losses
 *     are float32 either way
 * @param recompute whether blocks keep only their outputs and the backward pass recomputes the rest: less memory, more time
 */
public record Context(boolean training, DType compute, boolean recompute) {
    /** Evaluation or generation in float32. */
    public static final Context EVALUATION = new Context(false, DType.FLOAT32);

    /** Training in float32. */
    public static final Context TRAINING = new Context(true, DType.FLOAT32);

    /** Creates the context of a pass that keeps its activations for the backward pass. */
    public Context(boolean training, DType compute) {
        this(training, compute, false);
    }

    /** Returns the dropout probability of this pass: the given one in training, else 0. */
    public double dropout(double probability) {
        return training ? probability : 0;
    }
}
