package dev.mojave.data.store;

/** Counts characters (code points), UTF-8 bytes and words of a text that comes in pieces, none of which cuts a surrogate pair. */
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

    /** Says that what follows begins a new word. */
    public void breakWord() {
        inWord = false;
    }

    /** Returns how many code points there were. */
    public long characters() {
        return characters;
    }

    /** Returns how many bytes they are in UTF-8. */
    public long bytes() {
        return bytes;
    }

    /** Returns how many runs of characters there were between white space. */
    public long words() {
        return words;
    }
}
