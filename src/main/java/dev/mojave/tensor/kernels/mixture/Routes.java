package dev.mojave.tensor.kernels.mixture;

import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.vector.VectorMath;

/** Where copies of tokens go. Copy {@code t * K + k} is choice k of token t. */
public final class Routes {
    private final long[] rowsOfExpert;
    private final long[] assignmentAtRow;
    private final long[] rowOfAssignment;
    private final int topK;

    /**
     * Follows a sort of copies by expert; the arrays are not copied.
     *
     * @param rowsOfExpert rows of each expert
     * @param assignmentAtRow copy at each row (R)
     * @param rowOfAssignment row of each copy (T * K), R where no expert takes it
     * @param topK K
     */
    public Routes(long[] rowsOfExpert, long[] assignmentAtRow, long[] rowOfAssignment, int topK) {
        this.rowsOfExpert = rowsOfExpert;
        this.assignmentAtRow = assignmentAtRow;
        this.rowOfAssignment = rowOfAssignment;
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
    long assignment(int row) {
        return assignmentAtRow[row];
    }

    /** Returns the row of a copy, {@link #rows()} where no expert takes it. */
    long row(int assignment) {
        return rowOfAssignment[assignment];
    }

    int rows() {
        return assignmentAtRow.length;
    }

    int tokens() {
        return rowOfAssignment.length / topK;
    }

    /** Returns the token whose copy stands at a row. */
    long token(int row) {
        return assignmentAtRow[row] / topK;
    }

    /** Adds to each of some tokens the rows of its copies. */
    void addRows(Matrix rows, Matrix tokens, int first, int count) {
        for (int token = 0; token < count; token++) {
            int assignment = (first + token) * topK;
            for (int k = 0; k < topK; k++) {
                long row = rowOfAssignment[assignment + k];
                if (row < rows()) {
                    VectorMath.add(rows.memory(), rows.row(row), tokens.memory(), tokens.row(token), tokens.stride());
                }
            }
        }
    }
}
