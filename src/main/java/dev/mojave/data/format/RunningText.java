package dev.mojave.data.format;

import dev.mojave.data.source.TextSource;
import java.util.function.Consumer;

/** Cuts a text of any length into pieces of a bounded one. */
public final class RunningText {
    /** Characters (UTF-16 units) in a piece, at most. */
    private static final int PIECE = 1 << 20;

    private RunningText() {}

    /** Hands out a text in pieces of at most 2^20 characters; all belong to one document. */
    public static void read(TextSource source, String group, Consumer<DocumentPart> consumer) {
        read(source, group, consumer, PIECE);
    }

    /** Hands out one piece late, so that the last one is known to be the last. */
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
     * The last place before white space that follows something else: byte-level BPE starts a new pre-token there whatever
     * comes next, so encoding the pieces is encoding the text. Without one, any place that does not split a surrogate pair.
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
