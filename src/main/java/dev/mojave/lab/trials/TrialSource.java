package dev.mojave.lab.trials;

import java.util.Optional;

/** Where an {@link Executor} takes trials from; asked one call at a time. */
@FunctionalInterface
public interface TrialSource {
    /**
     * Returns the next trial to start. Where there is none, the executor asks again when a trial that runs has ended, and is done when none
     * runs.
     */
    Optional<Trial> next();
}
