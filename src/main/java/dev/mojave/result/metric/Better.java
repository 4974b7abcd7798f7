package dev.mojave.result.metric;

/** Which of two values of a metric is the better one. */
public enum Better {
    /** The lower one. */
    LOWER,
    /** The higher one. */
    HIGHER,
    /** Neither: it describes, and does not judge. */
    NEITHER
}
