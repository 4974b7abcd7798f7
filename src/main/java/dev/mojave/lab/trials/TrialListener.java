package dev.mojave.lab.trials;

/** Receives the events of trials, one call at a time, on the executor's threads. */
public interface TrialListener {
    /** Called when a trial's process has been started. */
    void started(Trial trial);

    /**
     * Called with the progress of a running trial.
     *
     * @param step optimiser steps done
     * @param totalSteps planned optimiser steps; 0 while unknown
     * @param loss the latest training loss in nats per token; NaN before there is one
     */
    void reached(Trial trial, long step, long totalSteps, double loss);

    /** Called when a trial's process has ended. */
    void ended(Trial trial, TrialOutcome outcome);
}
