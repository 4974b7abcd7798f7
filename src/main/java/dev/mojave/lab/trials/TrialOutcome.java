package dev.mojave.lab.trials;

/** How a trial's process ended. */
public sealed interface TrialOutcome {
    /** It did its work. */
    record Finished() implements TrialOutcome {}

    /** It was asked to end, and what it has is saved. */
    record Stopped() implements TrialOutcome {}

    /**
     * It did not.
     *
     * @param reason what it said, or how the process died
     */
    record Failed(String reason) implements TrialOutcome {}
}
