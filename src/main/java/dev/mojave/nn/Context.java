package dev.mojave.nn;

import dev.mojave.tensor.DType;

/**
 * How a forward pass runs.
 *
 * @param training whether dropout is on
 * @param compute element type of the large matrix products: FLOAT32, or BFLOAT16 for mixed precision; norms, softmax, router
 *     and losses are float32 in both
 * @param recompute whether blocks keep only their results for the backward pass, which then computes them again: less memory, more time
 */
public record Context(boolean training, DType compute, boolean recompute) {
    /** Measuring or generating in float32. */
    public static final Context EVALUATION = new Context(false, DType.FLOAT32);

    /** Training in float32. */
    public static final Context TRAINING = new Context(true, DType.FLOAT32);

    /** A pass that keeps what its backward pass needs. */
    public Context(boolean training, DType compute) {
        this(training, compute, false);
    }

    /** Returns the dropout probability in force, given the model's. */
    public double dropout(double probability) {
        return training ? probability : 0;
    }
}
