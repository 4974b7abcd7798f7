package dev.mojave.eval.probe;

import dev.mojave.eval.Rows;
import dev.mojave.model.Output;

/**
 * Looks at a model while it reads held-out text, and says at the end what it saw. Several share one {@link HeldOutWalk}.
 *
 * @param <R> what it says
 */
public interface Probe<R> {
    /**
     * Looks at one pass, without gradients.
     *
     * @param rows what the model read, with the category of each token where the data has categories
     * @param output what it made of them, routing included; gone after the call
     */
    void look(Rows rows, Output output);

    /** Returns what was seen in all passes so far. */
    R result();
}
