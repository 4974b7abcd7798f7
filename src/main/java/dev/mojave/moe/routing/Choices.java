package dev.mojave.moe.routing;

import dev.mojave.base.Check;
import java.util.Arrays;

/**
 * The experts that each token is assigned to, and the permutation that sorts the assignments by expert.
 *
 * <p>An assignment is a (token, choice) pair, numbered {@code token * topK + choice}; it may have no expert, since some tokens
 * have fewer choices than others. The sort is a stable counting sort, so that every expert sees its tokens in their original
 * order. With a capacity, an expert keeps its first assignments and drops the others (first come, first served: Switch, arXiv
 * 2101.03961), so that no token depends on a later one.
 */
public final class Choices {
    /** Marks an assignment without an expert. */
    public static final long NONE = -1;

    private final int tokens;
    private final int experts;
    private final int topK;
    private final long[] expertOfAssignment;
    private final long[] requestedOfExpert;
    private final long[] countOfExpert;
    private final long[] assignmentAtRow;
    private final long[] rowOfAssignment;

    /**
     * Sorts assignments by expert.
     *
     * @param expertOfAssignment expert of each assignment (T * K), the best choice of each token first; {@link #NONE} after the
     *     last
     */
    public Choices(long[] expertOfAssignment, int tokens, int experts, int topK) {
        this(expertOfAssignment, tokens, experts, topK, Long.MAX_VALUE);
    }

    private Choices(long[] expertOfAssignment, int tokens, int experts, int topK, long capacity) {
        Check.that(
                expertOfAssignment.length == tokens * topK,
                "%d assignments for %d tokens with %d choices each",
                expertOfAssignment.length,
                tokens,
                topK);
        this.tokens = tokens;
        this.experts = experts;
        this.topK = topK;
        this.expertOfAssignment = expertOfAssignment;
        this.requestedOfExpert = new long[experts];
        for (long expert : expertOfAssignment) {
            if (expert != NONE) {
                requestedOfExpert[(int) expert]++;
            }
        }
        this.countOfExpert = new long[experts];
        int[] next = new int[experts];
        int[] end = new int[experts];
        int rows = 0;
        for (int expert = 0; expert < experts; expert++) {
            countOfExpert[expert] = Math.min(requestedOfExpert[expert], capacity);
            next[expert] = rows;
            rows += (int) countOfExpert[expert];
            end[expert] = rows;
        }
        this.assignmentAtRow = new long[rows];
        this.rowOfAssignment = new long[expertOfAssignment.length];
        for (int assignment = 0; assignment < expertOfAssignment.length; assignment++) {
            int expert = (int) expertOfAssignment[assignment];
            if (expert == NONE || next[expert] == end[expert]) {
                rowOfAssignment[assignment] = rows;
            } else {
                assignmentAtRow[next[expert]] = assignment;
                rowOfAssignment[assignment] = next[expert]++;
            }
        }
    }

    /** Returns the same choices with at most {@code capacity} assignments per expert. */
    public Choices limited(long capacity) {
        Check.that(capacity >= 1, "the capacity of an expert (%d) must be at least one token", capacity);
        return new Choices(expertOfAssignment, tokens, experts, topK, capacity);
    }

    /** Returns the number of tokens. */
    public int tokens() {
        return tokens;
    }

    /** Returns the number of experts. */
    public int experts() {
        return experts;
    }

    /** Returns the maximum number of choices of a token. */
    public int topK() {
        return topK;
    }

    /** Returns the expert of a token's choice, even if it is dropped, or {@link #NONE}; choice 0 is the best. */
    public int expert(int token, int choice) {
        return (int) expertOfAssignment[token * topK + choice];
    }

    /** Returns whether a token's choice is executed: it has an expert, and capacity did not drop it. */
    public boolean kept(int token, int choice) {
        return rowOfAssignment[token * topK + choice] < assignmentAtRow.length;
    }

    /** Returns the number of assignments that each expert executes. */
    public long[] countOfExpert() {
        return countOfExpert.clone();
    }

    /** Returns the requested load: the number of assignments to each expert, including those that capacity drops. */
    public long[] requestedOfExpert() {
        return requestedOfExpert.clone();
    }

    /** Returns the number of tokens whose best choice is each expert, including dropped ones. */
    public long[] countOfBestChoice() {
        long[] count = new long[experts];
        for (int token = 0; token < tokens; token++) {
            int expert = expert(token, 0);
            if (expert != NONE) {
                count[expert]++;
            }
        }
        return count;
    }

    /** Returns whether every assignment is executed, so that it has a row. */
    public boolean complete() {
        return assignmentAtRow.length == expertOfAssignment.length;
    }

    /** Returns the expert of every assignment, with {@code instead} in place of {@link #NONE}. */
    public long[] expertOfAssignment(long instead) {
        return Arrays.stream(expertOfAssignment)
                .map(expert -> expert == NONE ? instead : expert)
                .toArray();
    }

    /** Returns the token of each sorted row; tokens ascend within an expert. */
    public long[] tokenAtRow() {
        long[] tokens = assignmentAtRow.clone();
        for (int row = 0; row < tokens.length; row++) {
            tokens[row] /= topK;
        }
        return tokens;
    }

    /** Returns the assignment of each sorted row. */
    public long[] assignmentAtRow() {
        return assignmentAtRow;
    }

    /**
     * Returns the assignment of each sorted row if these tokens are a subset of all tokens: assignments are numbered by the
     * indices of their tokens among all tokens, {@code places}.
     */
    public long[] assignmentAtRowAmong(long[] places) {
        return Arrays.stream(assignmentAtRow)
                .map(assignment -> places[(int) (assignment / topK)] * topK + assignment % topK)
                .toArray();
    }

    /**
     * Returns the sorted row of each assignment if these tokens are a subset of {@code all} tokens; the others have no row, which
     * is expressed as in {@link #rowOfAssignment}.
     */
    public long[] rowOfAssignmentAmong(long[] places, int all) {
        long[] rows = new long[all * topK];
        Arrays.fill(rows, assignmentAtRow.length);
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(rowOfAssignment, token * topK, rows, (int) places[token] * topK, topK);
        }
        return rows;
    }

    /** Returns the sorted row of each assignment, or the number of rows if the assignment is not executed. */
    public long[] rowOfAssignment() {
        return rowOfAssignment;
    }
}
