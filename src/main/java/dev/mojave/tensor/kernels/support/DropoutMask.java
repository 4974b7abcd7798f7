package dev.mojave.tensor.kernels.support;

import dev.mojave.base.Check;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.kernels.vector.VectorThreefry;

/**
 * The mask of one application of dropout (arXiv 1207.0580): an element is zeroed with a probability and otherwise multiplied by 1 / (1 -
 * probability). The mask is a function of the key and an element's row and column, so it is not kept for the backward pass: {@link
 * VectorThreefry}.
 *
 * @param probability in [0, 1)
 * @param key 64 random bits
 */
public record DropoutMask(double probability, long key) {
    /** Number of random bits per element that are compared with the probability. */
    private static final int BITS = 24;

    /** Checks the probability. */
    public DropoutMask {
        Check.that(0 <= probability && probability < 1, "dropout (%s) must be at least 0 and below 1", probability);
    }

    /** Draws a key from {@link Rng#dropout()}; with probability 0 nothing is drawn or dropped. */
    public static DropoutMask draw(double probability) {
        return new DropoutMask(probability, probability == 0 ? 0 : Rng.dropout().nextLong());
    }

    /** Returns whether this mask drops nothing. */
    public boolean isNone() {
        return probability == 0;
    }

    /** Copies rows with elements dropped; the parameters are those of {@link #apply}. */
    public void copy(Matrix from, Matrix to, long firstRow, int count, int columns) {
        to.rows(count).copyFrom(from.rows(count));
        apply(to, firstRow, count, columns);
    }

    /**
     * Drops elements of rows in memory.
     *
     * @param firstRow index of the first row within this application
     * @param columns elements per row
     */
    public void apply(Matrix rows, long firstRow, int count, int columns) {
        if (!isNone()) {
            for (int row = 0; row < count; row++) {
                applyToRow(rows, row, firstRow + row, columns);
            }
        }
    }

    /** Drops elements of one row in memory, whose index within this application is {@code number}. */
    public void applyToRow(Matrix rows, int row, long number, int columns) {
        if (!isNone()) {
            VectorThreefry.drop(rows.memory(), rows.row(row), columns, number, key, threshold(), scale());
        }
    }

    /** Returns the threshold: elements whose {@value #BITS} random bits are below it are dropped. */
    int threshold() {
        return (int) Math.round(probability * (1 << BITS));
    }

    float scale() {
        return (float) (1 / (1 - probability));
    }
}
