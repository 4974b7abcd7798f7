package dev.mojave.moe.routing;

import dev.mojave.base.Check;
import java.util.Arrays;

/**
 * Which experts each token goes to, sorted by expert: the permutation that a dispatcher follows.
 *
 * <p>A copy is a (token, choice) pair, numbered {@code token * topK + choice}; it may name no expert, where a token has fewer than
 * another. The sort is a counting sort, stable, so that every expert sees its tokens in their order. With a capacity an expert keeps
 * its first copies and drops the others (Switch, arXiv 2101.03961: first come, first served), so that no token depends on a later one.
 */
public final class Choices {
    /** Stands where a token has no further expert. */
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
     * Sorts the copies by expert.
     *
     * @param expertOfAssignment the expert of each copy, (T * K), the best choice of each token first, {@link #NONE} after the last
     */
    public Choices(long[] expertOfAssignment, int tokens, int experts, int topK) {
        this(expertOfAssignment, tokens, experts, topK, Long.MAX_VALUE);
    }

    private Choices(long[] expertOfAssignment, int tokens, int experts, int topK, long capacity) {
        Check.that(expertOfAssignment.length == tokens * topK, "%d choices for %d tokens", expertOfAssignment.length, tokens);
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

    /** Returns the same choices with at most so many copies an expert. */
    public Choices limited(long capacity) {
        Check.that(capacity >= 1, "an expert must have room for at least one token, not %d", capacity);
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

    /** Returns the most choices that a token has. */
    public int topK() {
        return topK;
    }

    /** Returns the expert that a token's choice names, dropped or not, or {@link #NONE}; choice 0 is the best. */
    public int expert(int token, int choice) {
        return (int) expertOfAssignment[token * topK + choice];
    }

    /** Returns whether an expert takes a token's choice: it names one, and capacity did not drop it. */
    public boolean kept(int token, int choice) {
        return rowOfAssignment[token * topK + choice] < assignmentAtRow.length;
    }

    /** Returns how many copies each expert receives. */
    public long[] countOfExpert() {
        return countOfExpert.clone();
    }

    /** Returns how many copies name each expert, those that capacity drops among them. */
    public long[] requestedOfExpert() {
        return requestedOfExpert.clone();
    }

    /** Returns how many tokens have each expert as their best choice, dropped or not. */
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

    /** Returns whether every copy stands in some row. */
    public boolean complete() {
        return assignmentAtRow.length == expertOfAssignment.length;
    }

    /** Returns the experts of all copies with {@code instead} in the place of {@link #NONE}. */
    public long[] expertOfAssignment(long instead) {
        return Arrays.stream(expertOfAssignment)
                .map(expert -> expert == NONE ? instead : expert)
                .toArray();
    }

    /** Returns the token whose copy stands at each sorted row; within an expert they ascend. */
    public long[] tokenAtRow() {
        long[] tokens = assignmentAtRow.clone();
        for (int row = 0; row < tokens.length; row++) {
            tokens[row] /= topK;
        }
        return tokens;
    }

    /** Returns the copy that stands at each sorted row. */
    public long[] assignmentAtRow() {
        return assignmentAtRow;
    }

    /** The same where the tokens are some of many: copies are numbered by their places among all. */
    public long[] assignmentAtRowAmong(long[] places) {
        return Arrays.stream(assignmentAtRow)
                .map(assignment -> places[(int) (assignment / topK)] * topK + assignment % topK)
                .toArray();
    }

    /** The rows of copies where the tokens are some of many; no expert takes the others. */
    public long[] rowOfAssignmentAmong(long[] places, int all) {
        long[] rows = new long[all * topK];
        Arrays.fill(rows, assignmentAtRow.length);
        for (int token = 0; token < tokens; token++) {
            System.arraycopy(rowOfAssignment, token * topK, rows, (int) places[token] * topK, topK);
        }
        return rows;
    }

    /** Returns the sorted row of each copy; the number of rows for a copy that no expert takes. */
    public long[] rowOfAssignment() {
        return rowOfAssignment;
    }
}
