package dev.mojave.lab.trials;

import dev.mojave.base.StopSignal;

/**
 * Where trials run. All that a trial is lies in its folder, and all that it says of itself in the folder's status.json, so an executor
 * only starts processes and watches files.
 */
public sealed interface Executor permits LocalExecutor {
    /**
     * Runs trials until each was tried, or until the signal and those that run have saved.
     *
     * @param trials prepared, in the order in which they start
     * @param listener is told what happens
     */
    void run(TrialSource trials, TrialListener listener, StopSignal stop);
}
