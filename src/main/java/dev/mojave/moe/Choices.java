package dev.mojave.moe;

import dev.mojave.base.Check;

/**
 * Which experts each token goes to, sorted by expert: the permutation that a dispatcher follows.
 *
 * <p>A copy is a (token, choice) pair, numbered {@code token * topK + choice}. The sort is a counting sort, stable, so that
 * every expert sees its tokens in their order.
 */
public final class Choices {
    private final int tokens;
    private final int experts;
    private final int topK;
    private final long[] expertOfCopy;
    private final long[] countOfExpert;
    private final long[] copyAtRow;
    private final long[] rowOfCopy;

    /**
     * Sorts the copies by expert.
     *
     * @param expertOfCopy the expert of each copy, (T * K), the best choice of each token first
     */
    public Choices(long[] expertOfCopy, int tokens, int experts, int topK) {
        Check.that(expertOfCopy.length == tokens * topK, "%d choices for %d tokens", expertOfCopy.length, tokens);
        this.tokens = tokens;
        this.experts = experts;
        this.topK = topK;
        this.expertOfCopy = expertOfCopy;
        this.countOfExpert = new long[experts];
        for (long expert : expertOfCopy) {
            countOfExpert[(int) expert]++;
        }
        int[] next = new int[experts];
        for (int expert = 1; expert < experts; expert++) {
            next[expert] = next[expert - 1] + (int) countOfExpert[expert - 1];
        }
        this.copyAtRow = new long[expertOfCopy.length];
        this.rowOfCopy = new long[expertOfCopy.length];
        for (int copy = 0; copy < expertOfCopy.length; copy++) {
            int row = next[(int) expertOfCopy[copy]]++;
            copyAtRow[row] = copy;
            rowOfCopy[copy] = row;
        }
    }

    /** Returns the choices of some of the tokens. */
    Choices select(long[] chosen) {
        long[] copies = new long[chosen.length * topK];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(expertOfCopy, (int) chosen[i] * topK, copies, i * topK, topK);
        }
        return new Choices(copies, chosen.length, experts, topK);
    }

    /** Returns the number of tokens. */
    public int tokens() {
        return tokens;
    }

    /** Returns the number of experts. */
    public int experts() {
        return experts;
    }

    /** Returns the choices per token. */
    public int topK() {
        return topK;
    }

    /** Returns the expert that a token's choice names; choice 0 is the best. */
    public int expert(int token, int choice) {
        return (int) expertOfCopy[token * topK + choice];
    }

    /** Returns how many copies each expert receives. */
    public long[] countOfExpert() {
        return countOfExpert.clone();
    }

    /** Returns how many tokens have each expert as their best choice. */
    public long[] countOfBestChoice() {
        long[] count = new long[experts];
        for (int token = 0; token < tokens; token++) {
            count[expert(token, 0)]++;
        }
        return count;
    }

    /** Returns the copy that stands at each sorted row. */
    long[] copyAtRow() {
        return copyAtRow;
    }

    /** Returns the sorted row of each copy. */
    long[] rowOfCopy() {
        return rowOfCopy;
    }
}
