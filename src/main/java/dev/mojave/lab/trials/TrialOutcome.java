package dev.mojave.lab.trials;

/** How a trial's process ended. */
public sealed interface TrialOutcome {
    /** It finished its work. */
    record Finished() implements TrialOutcome {}

    /** It was asked to stop, and has saved its state. */
    record Stopped() implements TrialOutcome {}

    /**
     * It failed.
     *
     * @param reason its error message, or how the process died
     */
    record Failed(String reason) implements TrialOutcome {}
}
