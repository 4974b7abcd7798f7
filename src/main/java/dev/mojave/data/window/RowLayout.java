package dev.mojave.data.window;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.data.DataSpec;
import dev.mojave.data.store.TokenSplit;

/** How a split is cut into rows of a batch. */
public sealed interface RowLayout {
    /** Windows of running text, all of the same length; they may span documents. */
    record Windows(int length) implements RowLayout {
        /** Checks the length. */
        public Windows {
            Check.that(length > 0, "max_position_embeddings must be positive, not %d", length);
        }

        @Override
        public double tokensPerRow(TokenSplit split) {
            return length;
        }
    }

    /**
     * One document per row ({@code data.max_length}), truncated or padded to {@code length} ids. A document of a single token has nothing
     * to predict and gets no row.
     */
    record Documents(int length) implements RowLayout {
        /** Checks the length. */
        public Documents {
            Check.that(length > 0, "data.max_length must be positive, not %d", length);
        }

        @Override
        public double tokensPerRow(TokenSplit split) {
            DocumentRows rows = new DocumentRows(split);
            long tokens = 0;
            for (long row = 0; row < rows.count(); row++) {
                tokens += Math.min(length, rows.end(row) - 1 - rows.start(row));
            }
            return (double) tokens / Math.max(1, rows.count());
        }
    }

    /** Returns the length of a row S, padding included. */
    int length();

    /** Returns the average number of targets in a row of a split. */
    double tokensPerRow(TokenSplit split);

    /** Returns the number of rows in one pass over a split. */
    default double rowsPerEpoch(TokenSplit split) {
        return switch (this) {
            case Windows(int length) -> (double) split.tokens() / length;
            case Documents _ -> new DocumentRows(split).count();
        };
    }

    /**
     * Returns the layout that a recipe specifies.
     *
     * @param context the model's context length in tokens
     * @throws Failure of kind USAGE if {@code data.max_length} is longer than that
     */
    static RowLayout of(DataSpec spec, int context) {
        Integer length = spec.maxLength();
        if (length == null) {
            return new Windows(context);
        }
        if (length > context) {
            throw Failure.usage(
                    "data.max_length (%d) must be at most model.max_position_embeddings (%d); lower it or lengthen the context",
                    length, context);
        }
        return new Documents(length);
    }
}
