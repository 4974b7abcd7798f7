package dev.mojave.data.window;

import dev.mojave.base.Check;

/**
 * Where a {@link Sampler} stands; restoring it continues with exactly the windows that would have come next.
 *
 * @param seed the sampler's seed ({@code train.seed})
 * @param epoch passes over the training split that are complete
 * @param position windows taken from the current pass
 */
public record Cursor(long seed, long epoch, long position) {
    /** Checks that neither number is negative. */
    public Cursor {
        Check.that(epoch >= 0 && position >= 0, "a cursor cannot stand at epoch %d, position %d", epoch, position);
    }

    /** Returns the cursor before the first window. */
    public static Cursor start(long seed) {
        return new Cursor(seed, 0, 0);
    }
}
