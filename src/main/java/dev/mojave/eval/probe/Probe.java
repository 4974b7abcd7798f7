package dev.mojave.eval.probe;

import dev.mojave.eval.Rows;
import dev.mojave.model.Output;

/**
 * Observes a model while it reads held-out text, and summarises its observations at the end. Several probes share one
 * {@link HeldOutWalk}.
 *
 * @param <R> type of the summary
 */
public interface Probe<R> {
    /**
     * Observes one forward pass, in which no gradients are recorded.
     *
     * @param rows the tokens that the model read, with their categories if the data has any
     * @param output the model's output, including the routing; its tensors are freed after the call
     */
    void look(Rows rows, Output output);

    /** Returns the summary of all passes so far. */
    R result();
}
