package dev.mojave.data.window;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.data.store.TokenSplit;
import java.util.Optional;

/**
 * Samples training rows in a seeded order, in which every token is a target once per epoch, except for a few at the ends of the split.
 *
 * <p>{@link RowLayout.Documents}: row j is the j-th document that has something to predict. {@link RowLayout.Windows}: with N tokens and
 * windows of S ids (and S targets, shifted by one), epoch e starts at a phase
 * {@code f_e = mix(seed, e) mod min(S, N - S)} and has {@code W_e = floor((N - 1 - f_e) / S)} windows; window j starts at
 * {@code f_e + j S}. They come in the order of a {@link Permutation} of {@code 0..W_e-1} keyed by seed and epoch, so the windows differ
 * from epoch to epoch, even a short run samples the whole corpus evenly, and the cursor is just three numbers. At most S - 1 tokens at
 * each end of the split are skipped in an epoch. A batch may span two epochs.
 */
public final class Sampler {
    private final TokenSplit split;
    private final RowLayout cut;
    private final Optional<DocumentRows> documents;
    private final long seed;
    private long epoch;
    private long position;
    private long phase;
    private long windows;
    private Permutation order;

    private Sampler(TokenSplit split, RowLayout cut, Cursor cursor) {
        this.split = split;
        this.cut = cut;
        this.documents = cut instanceof RowLayout.Documents ? Optional.of(new DocumentRows(split)) : Optional.empty();
        this.seed = cursor.seed();
        this.epoch = cursor.epoch();
        this.order = enter();
        Check.that(
                cursor.position() <= windows,
                "the cursor is at row %d of %d: it belongs to other data or another context length",
                cursor.position(),
                windows);
        this.position = cursor.position();
    }

    /**
     * Starts sampling at the first row.
     *
     * @throws Failure of kind DATA if the split has no row
     */
    public static Sampler start(TokenSplit split, RowLayout cut, long seed) {
        return resume(split, cut, Cursor.start(seed));
    }

    /** Resumes sampling at a cursor, with its seed. */
    public static Sampler resume(TokenSplit split, RowLayout cut, Cursor cursor) {
        switch (cut) {
            case RowLayout.Windows(int context) -> requireWindow(split, context);
            case RowLayout.Documents _ -> requireDocument(split);
        }
        return new Sampler(split, cut, cursor);
    }

    private static void requireDocument(TokenSplit split) {
        if (new DocumentRows(split).count() == 0) {
            throw Failure.data(
                    "data.max_length makes every document a row, but the %s split of %s has no document of at least"
                            + " two tokens; use more text",
                    split.name(), split.source());
        }
    }

    private static void requireWindow(TokenSplit split, int context) {
        if (split.tokens() <= context) {
            throw Failure.data(
                    "model.max_position_embeddings is %d, but the %s split of %s has only %s, and a window needs"
                            + " one more than its length; shorten it to at most %d or use more text",
                    context,
                    split.name(),
                    split.source(),
                    Plural.of(split.tokens(), "token"),
                    Math.max(1, split.tokens() - 1));
        }
    }

    /** Returns a batch of the next rows. */
    public Batch next(int batchSize) {
        Batch batch = new Batch(batchSize, cut.length());
        for (int row = 0; row < batchSize; row++) {
            if (position == windows) {
                epoch++;
                position = 0;
                order = enter();
            }
            long chosen = order.at(position++);
            if (documents.isPresent()) {
                batch.fill(
                        row,
                        split,
                        documents.get().start(chosen),
                        documents.get().end(chosen));
            } else {
                batch.fill(row, split, phase + chosen * cut.length(), split.tokens());
            }
        }
        return batch;
    }

    /** Returns the current position. */
    public Cursor cursor() {
        return new Cursor(seed, epoch, position);
    }

    /** Returns the number of passes over the split so far, including the fraction of the current one. */
    public double epochs() {
        return epoch + (double) position / windows;
    }

    private Permutation enter() {
        long tokens = split.tokens();
        long key = Permutation.mix(Permutation.mix(seed) + epoch);
        if (documents.isPresent()) {
            windows = documents.get().count();
            return new Permutation(windows, key);
        }
        int context = cut.length();
        phase = Long.remainderUnsigned(Permutation.mix(key), Math.min(context, tokens - context));
        windows = (tokens - 1 - phase) / context;
        return new Permutation(windows, key);
    }
}
