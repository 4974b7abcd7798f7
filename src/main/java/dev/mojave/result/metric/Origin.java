package dev.mojave.result.metric;

/** What determines the values of a metric. */
public enum Origin {
    /** Weights and data: bit-identical runs log the same values. */
    RUN,
    /** Time, speed or memory on this machine: bit-identical runs may log different values. */
    MACHINE
}
