package dev.mojave.data.tokenizer;

import dev.mojave.base.Check;
import dev.mojave.base.Promised;
import java.util.function.IntUnaryOperator;

/**
 * The ids of a text and the bytes of the text that each stands for: the unit of bits per byte, whatever the tokenizer.
 *
 * <p>Id {@code i} stands for the UTF-8 bytes from where id {@code i - 1} ends to where it ends itself, so every byte of the text counts
 * exactly once. What a tokenizer drops, such as the spaces between the words of WordPiece, counts for the id that follows, and after the
 * last id for the last. An unknown word has all of its bytes. What the tokenizer adds, such as a space in front or the mark of a word's end,
 * counts nothing. Where several ids end in one character, as those of byte fallback do, its bytes count for the first of them, but for our own
 * byte-level encoder, which knows the bytes of each. A text of which no
 * id is left has nobody to count its bytes.
 */
@Promised
public final class EncodedText {
    private final int[] ids;
    private final int[] ends;

    private EncodedText(int[] ids, int[] ends) {
        Check.that(ids.length == ends.length, "%d ids cannot have %d ends", ids.length, ends.length);
        this.ids = ids;
        this.ends = ends;
    }

    /** Ids whose spellings, joined, are the text. */
    static EncodedText ofSpellings(int[] ids, IntUnaryOperator byteLength) {
        int[] ends = new int[ids.length];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += byteLength.applyAsInt(ids[i]);
            ends[i] = end;
        }
        return new EncodedText(ids, ends);
    }

    /** Token ids with the number of bytes that each stands for. */
    static EncodedText ofLengths(int[] ids, int[] lengths) {
        int[] ends = lengths.clone();
        for (int i = 1; i < ends.length; i++) {
            ends[i] += ends[i - 1];
        }
        return new EncodedText(ids, ends);
    }

    /**
     * Ids of which a library says where they end; it may be mistaken about the order, and what it says of the end does not matter.
     *
     * @param characterEnds code points of the text in front of the end of each id, negative where it is not known
     */
    static EncodedText ofCharacters(int[] ids, int[] characterEnds, String text) {
        int[] ends = new int[ids.length];
        int characters = 0;
        int at = 0;
        int end = 0;
        for (int i = 0; i < ids.length; i++) {
            boolean last = i == ids.length - 1;
            while (at < text.length() && (last || characters < characterEnds[i])) {
                int codePoint = text.codePointAt(at);
                at += Character.charCount(codePoint);
                characters++;
                end += byteLength(codePoint);
            }
            ends[i] = end;
        }
        return new EncodedText(ids, ends);
    }

    /** Returns the UTF-8 bytes of a code point; half of a surrogate pair counts as U+FFFD, which stands for it. */
    static int byteLength(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Returns the ids. The array is not copied; whoever encoded the text owns it. */
    public int[] ids() {
        return ids;
    }

    /** Returns the bytes of the text in front of the end of an id. */
    public int end(int index) {
        return ends[index];
    }

    /** Returns the bytes of the text that an id stands for. */
    public int bytes(int index) {
        return ends[index] - (index == 0 ? 0 : ends[index - 1]);
    }
}
