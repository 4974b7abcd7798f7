package dev.mojave.lab.study;

/** Where the difference {@code a - b} was going in the second half of training. */
enum Trend {
    /** It grew: b was gaining on a. */
    TOWARDS_B,
    /** It fell: a was gaining on b. */
    TOWARDS_A,
    /** The interval of its change holds zero. */
    NOT_SHOWN,
    /** One seed, or too few evaluations, cannot tell. */
    UNKNOWN
}
