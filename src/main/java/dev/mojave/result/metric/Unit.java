package dev.mojave.result.metric;

/** The unit of a value. */
public enum Unit {
    /** Natural logarithm of a probability, per predicted token. */
    NATS_PER_TOKEN("nats per token"),
    /** Base-2 logarithm of a probability, per predicted token. */
    BITS_PER_TOKEN("bits per token"),
    /** Base-2 logarithm of a probability, per byte of predicted text. */
    BITS_PER_BYTE("bits per byte"),
    /** Natural units of an entropy. */
    NATS("nats"),
    /** Tokens per second of wall time. */
    TOKENS_PER_SECOND("tokens per second"),
    /** Bytes of memory. */
    BYTES("bytes"),
    /** A fraction of a whole, from 0 to 1. */
    SHARE("share"),
    /** A number of things. */
    COUNT("count"),
    /** A dimensionless number. */
    NONE("");

    private final String words;

    Unit(String words) {
        this.words = words;
    }

    /** Returns the unit as it is written after a number; empty for a dimensionless number. */
    public String words() {
        return words;
    }
}
