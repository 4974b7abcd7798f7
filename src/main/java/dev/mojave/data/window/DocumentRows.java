package dev.mojave.data.window;

import dev.mojave.data.store.TokenSplit;
import java.util.stream.LongStream;

/** The documents of a split that make a row of their own: those with something to predict, in their order. */
final class DocumentRows {
    private final TokenSplit split;
    private final long[] documents;

    DocumentRows(TokenSplit split) {
        this.split = split;
        this.documents = LongStream.range(0, split.documents())
                .filter(document -> split.documentEnd(document) - split.documentStart(document) >= 2)
                .toArray();
    }

    int count() {
        return documents.length;
    }

    /** Returns the position of a row's first token. */
    long start(long row) {
        return split.documentStart(documents[(int) row]);
    }

    /** Returns the position behind a row's last token. */
    long end(long row) {
        return split.documentEnd(documents[(int) row]);
    }
}
