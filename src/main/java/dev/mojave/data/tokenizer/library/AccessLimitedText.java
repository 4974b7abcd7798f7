package dev.mojave.data.tokenizer.library;

/** A text that a pattern may look at only so often, so that one which goes back without end comes to an end. */
final class AccessLimitedText implements CharSequence {
    private static final int LOOKS = 1_000_000;

    private final String text;
    private final int[] left;

    AccessLimitedText(String text) {
        this(text, new int[] {LOOKS});
    }

    private AccessLimitedText(String text, int[] left) {
        this.text = text;
        this.left = left;
    }

    /** The pattern has looked too often. */
    static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exhausted() {
            super("a pattern has looked at a text " + LOOKS + " times");
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
