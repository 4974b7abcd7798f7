package dev.mojave.moe.balance;

import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.util.Arrays;

/**
 * Statistics of how the experts of one mixture were used, over all batches added.
 *
 * <p>Load f is the fraction of assignments that each expert received. Load entropy is {@code H(f) / log E}, 1 when balanced.
 * MaxVio is {@code max load / mean load - 1} (arXiv 2408.15664). Routing entropy is {@code mean_t H(p_t)} in nats.
 */
public final class LoadStatistics {
    private final Mixture mixture;
    private final long[] counts;
    private final long[] bestCounts;
    private final CategoryCounts categories;
    private double[] weightOfRank = new double[0];
    private double entropySum;
    private long tokens;
    private long unrouted;
    private long requestedAssignments;

    /** Creates empty statistics of tokens without categories. */
    public LoadStatistics(int experts) {
        this(experts, 0);
    }

    /** Creates empty statistics of tokens with categories 1 to {@code categories}, or 0 for no category. */
    public LoadStatistics(int experts, int categories) {
        this(Mixture.ALONE, experts, categories);
    }

    /** Creates empty statistics of a mixture, for tokens with categories 1 to {@code categories}, or 0 for no category. */
    public LoadStatistics(Mixture mixture, int experts, int categories) {
        this.mixture = mixture;
        this.counts = new long[experts];
        this.bestCounts = new long[experts];
        this.categories = new CategoryCounts(experts, categories);
    }

    /** Adds one batch of tokens without categories. */
    public void add(Routing routing) {
        add(routing, new int[routing.tokens()]);
    }

    /** Adds one batch; {@code categoryOfToken} contains the category of each routed token. */
    public void add(Routing routing, int[] categoryOfToken) {
        Choices choices = routing.choices();
        addTo(counts, choices.countOfExpert());
        addTo(bestCounts, choices.countOfBestChoice());
        tokens += routing.tokens();
        requestedAssignments += Arrays.stream(choices.requestedOfExpert()).sum();
        for (int token = 0; token < routing.tokens(); token++) {
            boolean taken = false;
            for (int choice = 0; choice < choices.topK(); choice++) {
                if (choices.kept(token, choice)) {
                    taken = true;
                    categories.add(choices.expert(token, choice), categoryOfToken[token]);
                }
            }
            unrouted += taken ? 0 : 1;
        }
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor p = routing.probabilitiesTE().detach();
            entropySum -= p.mul(p.add(1e-20).log()).sum().item();
            float[] ofRank = routing.weightsTK().detach().sum(0).toFloats();
            weightOfRank = Arrays.copyOf(weightOfRank, Math.max(weightOfRank.length, ofRank.length));
            for (int rank = 0; rank < ofRank.length; rank++) {
                weightOfRank[rank] += ofRank[rank];
            }
        }
    }

    /** Adds the counts of the same mixture on the other ranks of a group. */
    public void sum(Group group) {
        if (group.size() == 1) {
            return;
        }
        System.arraycopy(group.sum(counts), 0, counts, 0, counts.length);
        System.arraycopy(group.sum(bestCounts), 0, bestCounts, 0, bestCounts.length);
        categories.sum(group);
        weightOfRank = group.sum(weightOfRank);
        entropySum = group.sum(new double[] {entropySum})[0];
        long[] totals = group.sum(new long[] {tokens, unrouted, requestedAssignments});
        tokens = totals[0];
        unrouted = totals[1];
        requestedAssignments = totals[2];
    }

    private static void addTo(long[] sums, long[] more) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += more[i];
        }
    }

    /** Returns the mixture that the statistics describe. */
    public Mixture mixture() {
        return mixture;
    }

    /** Returns the fraction of assignments that each expert received. */
    public double[] load() {
        return fractions(counts);
    }

    /** Returns the fraction of tokens that have each expert as their best choice. */
    public double[] bestChoices() {
        return fractions(bestCounts);
    }

    private static double[] fractions(long[] counts) {
        double total = Arrays.stream(counts).sum();
        return Arrays.stream(counts)
                .mapToDouble(count -> total == 0 ? 0 : count / total)
                .toArray();
    }

    /** Returns the mean weight of a token's best choice, of its second choice and so on. */
    public double[] weightOfRank() {
        return Arrays.stream(weightOfRank)
                .map(sum -> tokens == 0 ? 0 : sum / tokens)
                .toArray();
    }

    /** Returns how the assignments of each category are distributed over experts. */
    public CategoryCounts categories() {
        return categories;
    }

    /** Returns {@code H(load) / log E}; 1 for a single expert. */
    public double loadEntropy() {
        if (counts.length == 1) {
            return 1;
        }
        double entropy = 0;
        for (double fraction : load()) {
            entropy -= fraction > 0 ? fraction * Math.log(fraction) : 0;
        }
        return entropy / Math.log(counts.length);
    }

    /** Returns max load / mean load - 1. */
    public double maxViolation() {
        return Arrays.stream(load()).max().orElse(0) * counts.length - 1;
    }

    /** Returns the mean entropy of a token's probabilities, in nats. */
    public double routingEntropy() {
        return tokens == 0 ? 0 : entropySum / tokens;
    }

    /** Returns the number of experts that received no token. */
    public int deadExperts() {
        return (int) Arrays.stream(counts).filter(count -> count == 0).count();
    }

    /** Returns the fraction of assignments that capacity dropped. */
    public double dropRate() {
        return requestedAssignments == 0 ? 0 : 1 - Arrays.stream(counts).sum() / (double) requestedAssignments;
    }

    /** Returns the fraction of tokens that no expert processed. */
    public double unroutedRate() {
        return tokens == 0 ? 0 : (double) unrouted / tokens;
    }
}
