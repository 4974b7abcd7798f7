package dev.mojave.data.window;

import dev.mojave.data.store.TokenSplit;
import java.util.stream.LongStream;

/** The documents of a split that get a row of their own, in order: those of at least two tokens, which have something to predict. */
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

    /** Returns the position after a row's last token. */
    long end(long row) {
        return split.documentEnd(documents[(int) row]);
    }
}
