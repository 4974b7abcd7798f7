package dev.mojave.optim;

import dev.mojave.tensor.Tensor;
import java.util.Map;

/** Updates parameters from their gradients, and keeps what it remembers of earlier ones. */
public sealed interface Optimizer extends AutoCloseable permits AdamW, Muon {
    /**
     * Updates every parameter that has a gradient.
     *
     * @param gradientScale what gradients are multiplied by first: less than 1 where they are clipped
     */
    void step(double learningRate, double gradientScale);

    /** Returns how many updates were made. */
    long steps();

    /** Returns what it remembers by name, {@code KIND.PARAMETER}, float32: what a checkpoint saves and restores in place. */
    Map<String, Tensor> state();

    /** Continues after {@code stepsDone} updates; the caller has copied what was saved into {@link #state()}. */
    void resume(long stepsDone);

    @Override
    void close();
}
