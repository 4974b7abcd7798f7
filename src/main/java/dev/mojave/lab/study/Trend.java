package dev.mojave.lab.study;

/** The change of the difference {@code a - b} over the second half of training. */
enum Trend {
    /** It grew: b was gaining on a. */
    TOWARDS_B,
    /** It fell: a was gaining on b. */
    TOWARDS_A,
    /** The interval of its change contains zero. */
    NOT_SHOWN,
    /** One seed or too few evaluations, so that it cannot be tested. */
    UNKNOWN
}
