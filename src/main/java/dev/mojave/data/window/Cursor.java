package dev.mojave.data.window;

import dev.mojave.base.Check;

/**
 * The position of a {@link Sampler}; resuming from it continues with exactly the rows that would have come next.
 *
 * @param seed the sampler's seed ({@code train.seed})
 * @param epoch number of complete passes over the training split
 * @param position number of rows taken from the current pass
 */
public record Cursor(long seed, long epoch, long position) {
    /** Checks that neither number is negative. */
    public Cursor {
        Check.that(
                epoch >= 0 && position >= 0,
                "a cursor cannot be at epoch %d, position %d; neither may be negative",
                epoch,
                position);
    }

    /** Returns the cursor before the first row. */
    public static Cursor start(long seed) {
        return new Cursor(seed, 0, 0);
    }
}
