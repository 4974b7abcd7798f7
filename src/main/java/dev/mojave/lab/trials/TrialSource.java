package dev.mojave.lab.trials;

import java.util.Optional;

/** Supplies trials to an {@link Executor}, one call at a time. */
@FunctionalInterface
public interface TrialSource {
    /**
     * Returns the next trial to start; empty if there is none at present. The executor then asks again after a running trial has
     * ended, and finishes when none runs.
     */
    Optional<Trial> next();
}
