package dev.mojave.result.metric;

/** What decides the value of a metric. */
public enum Origin {
    /** Weights and data: a run of the same bits logs the same. */
    RUN,
    /** How fast or large the run was here: another run of the same bits may log another value. */
    MACHINE
}
