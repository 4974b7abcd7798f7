package dev.mojave.tensor.kernels.mixture;

import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.vector.VectorMath;

/** The rows of assignments after sorting by expert. Assignment {@code t * K + k} is choice k of token t. */
public final class Routes {
    private final long[] rowsOfExpert;
    private final long[] assignmentAtRow;
    private final long[] rowOfAssignment;
    private final int topK;

    /**
     * Describes assignments sorted by expert; the arrays are not copied.
     *
     * @param rowsOfExpert number of rows per expert
     * @param assignmentAtRow assignment at each row (R)
     * @param rowOfAssignment row of each assignment (T * K), R if it was dropped
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

    /** Returns the assignment at a row. */
    long assignment(int row) {
        return assignmentAtRow[row];
    }

    /** Returns the row of an assignment, or {@link #rows()} if it was dropped. */
    long row(int assignment) {
        return rowOfAssignment[assignment];
    }

    int rows() {
        return assignmentAtRow.length;
    }

    int tokens() {
        return rowOfAssignment.length / topK;
    }

    /** Returns the token of the assignment at a row. */
    long token(int row) {
        return assignmentAtRow[row] / topK;
    }

    /** Adds the rows of each token's assignments to a range of tokens. */
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
