package dev.mojave.moe.balance;

import dev.mojave.tensor.Group;
import java.util.Arrays;

// Shapes: E experts, G categories.
/**
 * How the assignments of each category of text are distributed over experts. Tokens without a category are not counted.
 *
 * <p>With n_eg assignments of category g to expert e and f_e the fraction of all assignments that go to e: specialisation is
 * {@code sum_e f_e H(category | e) / log G}, which is 1 if every expert receives the same mixture of categories and 0 if each
 * receives a single one. Normalised mutual information is {@code 2 I(expert; category) / (H(expert) + H(category))}, 0 if they
 * are independent. Both are Mojave's own definitions.
 */
public final class CategoryCounts {
    private final int categories;
    private final long[][] assignmentsGE;

    CategoryCounts(int experts, int categories) {
        this.categories = categories;
        this.assignmentsGE = new long[categories][experts];
    }

    void add(int expert, int category) {
        if (category > 0) {
            assignmentsGE[category - 1][expert]++;
        }
    }

    /** Adds the counts of the other ranks of a group. */
    void sum(Group group) {
        for (long[] assignmentsE : assignmentsGE) {
            System.arraycopy(group.sum(assignmentsE), 0, assignmentsE, 0, assignmentsE.length);
        }
    }

    /** Returns whether no assignment with a category was counted. */
    public boolean isEmpty() {
        return total() == 0;
    }

    /**
     * Returns, for each expert, the fraction of all counted assignments that have the given category (counted from 0) and go to
     * that expert.
     */
    public double[] share(int category) {
        double total = total();
        return Arrays.stream(assignmentsGE[category])
                .mapToDouble(assignments -> total == 0 ? 0 : assignments / total)
                .toArray();
    }

    /** Returns {@code H(category | expert) / log G}; 1 if there is only one category. */
    public double specialisation() {
        return categories < 2 ? 1 : (joint() - entropy(ofExperts())) / Math.log(categories);
    }

    /** Returns the normalised mutual information of expert and category, from 0 to 1. */
    public double mutualInformation() {
        double experts = entropy(ofExperts());
        double kinds = entropy(ofCategories());
        return experts + kinds == 0 ? 0 : 2 * Math.max(0, experts + kinds - joint()) / (experts + kinds);
    }

    private double total() {
        return Arrays.stream(assignmentsGE).flatMapToLong(Arrays::stream).sum();
    }

    private double joint() {
        return entropy(
                Arrays.stream(assignmentsGE).flatMapToLong(Arrays::stream).toArray());
    }

    private long[] ofCategories() {
        return Arrays.stream(assignmentsGE)
                .mapToLong(row -> Arrays.stream(row).sum())
                .toArray();
    }

    private long[] ofExperts() {
        long[] sums = new long[categories == 0 ? 0 : assignmentsGE[0].length];
        for (long[] row : assignmentsGE) {
            for (int expert = 0; expert < sums.length; expert++) {
                sums[expert] += row[expert];
            }
        }
        return sums;
    }

    private static double entropy(long[] counts) {
        double total = Arrays.stream(counts).sum();
        double entropy = 0;
        for (long count : counts) {
            entropy -= count > 0 ? count / total * Math.log(count / total) : 0;
        }
        return entropy;
    }
}
