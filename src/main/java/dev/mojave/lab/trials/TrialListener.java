package dev.mojave.lab.trials;

/** Is told what becomes of trials, one call at a time, from threads of the executor's. */
public interface TrialListener {
    /** A trial's process has been started. */
    void started(Trial trial);

    /**
     * A trial that runs has come so far.
     *
     * @param step optimiser steps done
     * @param totalSteps planned; 0 while that is not known
     * @param loss the newest training loss in nats, NaN before there is one
     */
    void reached(Trial trial, long step, long totalSteps, double loss);

    /** A trial's process has ended. */
    void ended(Trial trial, TrialOutcome outcome);
}
