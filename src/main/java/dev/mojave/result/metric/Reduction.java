package dev.mojave.result.metric;

/** How the values of a run's ranks are reduced to one value. */
public enum Reduction {
    /** Their mean, weighted by tokens. */
    MEAN,
    /** Their sum. */
    SUM,
    /** The largest. */
    MAX,
    /** Any of them: all ranks have the same value, or it is derived from values that are already reduced. */
    SAME
}
