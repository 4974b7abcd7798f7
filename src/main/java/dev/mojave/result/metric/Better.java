package dev.mojave.result.metric;

/** Which values of a metric are better. */
public enum Better {
    /** Lower values are better. */
    LOWER,
    /** Higher values are better. */
    HIGHER,
    /** Neither: the metric describes without judging. */
    NEITHER
}
