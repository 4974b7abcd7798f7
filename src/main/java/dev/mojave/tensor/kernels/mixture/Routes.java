package dev.mojave.tensor.kernels.mixture;

import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.vector.VectorMath;

/** Where copies of tokens go. Copy {@code t * K + k} is choice k of token t. */
public final class Routes {
    private final long[] rowsOfExpert;
    private final long[] copyAtRow;
    private final long[] rowOfCopy;
    private final int topK;

    /**
     * Follows a sort of copies by expert; the arrays are not copied.
     *
     * @param rowsOfExpert rows of each expert
     * @param copyAtRow copy at each row (R)
     * @param rowOfCopy row of each copy (T * K), R where no expert takes it
     * @param topK K
     */
    public Routes(long[] rowsOfExpert, long[] copyAtRow, long[] rowOfCopy, int topK) {
        this.rowsOfExpert = rowsOfExpert;
        this.copyAtRow = copyAtRow;
        this.rowOfCopy = rowOfCopy;
        this.topK = topK;
    }

    int topK() {
        return topK;
    }

    int experts() {
        return rowsOfExpert.length;
    }

    int rowsOf(int expert) {
        return (int) rowsOfExpert[expert];
    }

    /** Returns the copy that stands at a row. */
    long copy(int row) {
        return copyAtRow[row];
    }

    /** Returns the row of a copy, {@link #rows()} where no expert takes it. */
    long row(int copy) {
        return rowOfCopy[copy];
    }

    int rows() {
        return copyAtRow.length;
    }

    int tokens() {
        return rowOfCopy.length / topK;
    }

    /** Returns the token whose copy stands at a row. */
    long token(int row) {
        return copyAtRow[row] / topK;
    }

    /** Adds to each of some tokens the rows of its copies. */
    void addRows(Matrix rows, Matrix tokens, int first, int count) {
        for (int token = 0; token < count; token++) {
            int copy = (first + token) * topK;
            for (int k = 0; k < topK; k++) {
                long row = rowOfCopy[copy + k];
                if (row < rows()) {
                    VectorMath.add(rows.memory(), rows.row(row), tokens.memory(), tokens.row(token), tokens.stride());
                }
            }
        }
    }
}
