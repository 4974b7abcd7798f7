package dev.mojave.data.store;

/** Counts the characters (code points), UTF-8 bytes and words of a text that comes in pieces, which must not split a surrogate pair. */
public final class TextCounter {
    private long characters;
    private long bytes;
    private long words;
    private boolean inWord;

    /** Counts the next piece. */
    public void count(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isLowSurrogate(c)) {
                continue;
            }
            characters++;
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : Character.isHighSurrogate(c) ? 4 : 3;
            boolean space = Character.isWhitespace(c);
            if (!space && !inWord) {
                words++;
            }
            inWord = !space;
        }
    }

    /** Ends the current word, even if the next piece does not begin with white space. */
    public void breakWord() {
        inWord = false;
    }

    /** Returns the number of code points. */
    public long characters() {
        return characters;
    }

    /** Returns the number of bytes in UTF-8. */
    public long bytes() {
        return bytes;
    }

    /** Returns the number of words: runs of characters other than white space. */
    public long words() {
        return words;
    }
}
