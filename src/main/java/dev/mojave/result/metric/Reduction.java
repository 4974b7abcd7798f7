package dev.mojave.result.metric;

/** How the values that the ranks of one run have become the run's. */
public enum Reduction {
    /** Their mean, weighted by tokens. */
    MEAN,
    /** Their sum. */
    SUM,
    /** The largest. */
    MAX,
    /** Any of them: all ranks have the same, or it follows from what was reduced before. */
    SAME
}
