package dev.mojave.data.tokenizer.library;

/**
 * A text that limits how often its characters are accessed, so that a pattern that backtracks excessively fails instead of running
 * forever.
 */
final class AccessLimitedText implements CharSequence {
    private static final int MAX_ACCESSES = 1_000_000;

    private final String text;
    private final int[] left;

    AccessLimitedText(String text) {
        this(text, new int[] {MAX_ACCESSES});
    }

    private AccessLimitedText(String text, int[] left) {
        this.text = text;
        this.left = left;
    }

    /** The limit was exceeded. */
    static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exhausted() {
            super("a pattern accessed the characters of a text more than " + MAX_ACCESSES + " times");
        }
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public char charAt(int index) {
        if (--left[0] < 0) {
            throw new Exhausted();
        }
        return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new AccessLimitedText(text.substring(start, end), left);
    }

    @Override
    public String toString() {
        return text;
    }
}
