package dev.mojave.optim;

import dev.mojave.tensor.Tensor;
import java.util.Map;

/** Updates parameters from their gradients and keeps the state that carries over between steps. */
public sealed interface Optimizer extends AutoCloseable permits AdamW, Muon {
    /**
     * Updates every parameter that has a gradient.
     *
     * @param learningRate learning rate of this step
     * @param gradientScale factor applied to the gradients first; less than 1 if they are clipped
     */
    void step(double learningRate, double gradientScale);

    /** Returns the number of updates so far. */
    long steps();

    /** Returns the state tensors by name, {@code KIND.PARAMETER}, float32; checkpoints save them and restore them in place. */
    Map<String, Tensor> state();

    /** Sets the number of updates so far to {@code stepsDone}, after the caller has restored the tensors of {@link #state()}. */
    void resume(long stepsDone);

    @Override
    void close();
}
