package dev.mojave.data.format;

import dev.mojave.data.source.TextSource;
import java.util.function.Consumer;

/** Cuts a text of any length into pieces of bounded length. */
public final class RunningText {
    /** Maximum length of a piece in UTF-16 code units. */
    private static final int PIECE = 1 << 20;

    private RunningText() {}

    /** Passes a text to the consumer as one document, in pieces of at most 2^20 UTF-16 code units. */
    public static void read(TextSource source, String group, Consumer<DocumentPart> consumer) {
        read(source, group, consumer, PIECE);
    }

    /** Keeps back at least one character at each cut, so that the last piece is known to be the last. */
    static void read(TextSource source, String group, Consumer<DocumentPart> consumer, int size) {
        char[] buffer = new char[size];
        int filled = 0;
        boolean first = true;
        while (true) {
            int n = source.read(buffer, filled, size - filled);
            if (n < 0) {
                break;
            }
            filled += n;
            if (filled == size) {
                int cut = cut(buffer, size);
                consumer.accept(new DocumentPart(new String(buffer, 0, cut), "", group, first, false));
                first = false;
                System.arraycopy(buffer, cut, buffer, 0, size - cut);
                filled = size - cut;
            }
        }
        if (filled > 0) {
            consumer.accept(new DocumentPart(new String(buffer, 0, filled), "", group, first, true));
        }
    }

    /**
     * Returns the last position at which white space follows another character. Byte-level BPE starts a new pre-token there whatever
     * comes next, so encoding the pieces is the same as encoding the whole text. If there is no such position, returns one that does not
     * split a surrogate pair.
     */
    private static int cut(char[] buffer, int size) {
        for (int i = size - 1; i > 0; i--) {
            if (Character.isWhitespace(buffer[i]) && !Character.isWhitespace(buffer[i - 1])) {
                return i;
            }
        }
        return Character.isHighSurrogate(buffer[size - 2]) ? size - 2 : size - 1;
    }
}
