package dev.mojave.data.tokenizer;

import dev.mojave.base.Check;
import dev.mojave.base.Promised;
import java.util.function.IntUnaryOperator;

/**
 * The ids of a text and the number of bytes of the text that each id covers, from which bits per byte are computed for any tokenizer.
 *
 * <p>Id {@code i} covers the UTF-8 bytes from the end of id {@code i - 1} to its own end, so every byte of the text counts exactly once.
 * Text that a tokenizer drops, such as the spaces between words in WordPiece, counts towards the id that follows, or towards the last id
 * if none follows. An unknown token covers its whole word. Text that a tokenizer adds, such as a leading space or an end-of-word mark,
 * does not count. If several ids end in the same character, as with byte fallback, the first of them covers all its bytes; only Mojave's
 * own byte-level encoder assigns each byte to its id. If a text is encoded as no ids at all, no id covers its bytes.
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

    /** Returns ids whose concatenated spellings are the text. */
    static EncodedText ofSpellings(int[] ids, IntUnaryOperator byteLength) {
        int[] ends = new int[ids.length];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += byteLength.applyAsInt(ids[i]);
            ends[i] = end;
        }
        return new EncodedText(ids, ends);
    }

    /** Returns ids with the number of bytes that each covers. */
    static EncodedText ofLengths(int[] ids, int[] lengths) {
        int[] ends = lengths.clone();
        for (int i = 1; i < ends.length; i++) {
            ends[i] += ends[i - 1];
        }
        return new EncodedText(ids, ends);
    }

    /**
     * Returns ids with the ends that a library reports. Ends that are out of order are tolerated, and the last id always covers the rest
     * of the text.
     *
     * @param characterEnds number of code points of the text before the end of each id; negative if unknown
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

    /** Returns the UTF-8 bytes of a code point; a lone surrogate counts as U+FFFD, which replaces it. */
    static int byteLength(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Returns the ids. The array is not copied; it belongs to the caller that encoded the text. */
    public int[] ids() {
        return ids;
    }

    /** Returns the number of bytes of the text before the end of the id at an index. */
    public int end(int index) {
        return ends[index];
    }

    /** Returns the number of bytes of the text that the id at an index covers. */
    public int bytes(int index) {
        return ends[index] - (index == 0 ? 0 : ends[index - 1]);
    }
}
