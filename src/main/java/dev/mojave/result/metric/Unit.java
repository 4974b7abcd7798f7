package dev.mojave.result.metric;

/** What a value counts. */
public enum Unit {
    /** Natural logarithms of a probability, per predicted token. */
    NATS_PER_TOKEN("nats per token"),
    /** Logarithms to base 2 of a probability, per predicted token. */
    BITS_PER_TOKEN("bits per token"),
    /** The same, per byte of the text that was predicted. */
    BITS_PER_BYTE("bits per byte"),
    /** Natural units of an entropy. */
    NATS("nats"),
    /** Tokens per second of wall time. */
    TOKENS_PER_SECOND("tokens per second"),
    /** Bytes of memory. */
    BYTES("bytes"),
    /** A part of a whole, 0 to 1. */
    SHARE("share"),
    /** Things that are counted. */
    COUNT("count"),
    /** A number without a unit. */
    NONE("");

    private final String words;

    Unit(String words) {
        this.words = words;
    }

    /** Returns the unit as it stands behind a number; empty for a pure number. */
    public String words() {
        return words;
    }
}
