package dev.mojave.lab.trials;

import dev.mojave.base.StopSignal;

/**
 * Runs trials. A trial is fully described by its folder and reports its state in the folder's status.json, so an executor only
 * starts processes and watches files.
 */
public sealed interface Executor permits LocalExecutor {
    /**
     * Runs trials until each was attempted, or until the signal arrives and the running trials have saved.
     *
     * @param trials the prepared trials, in the order in which they start
     * @param listener receives the events of the trials
     */
    void run(TrialSource trials, TrialListener listener, StopSignal stop);
}
