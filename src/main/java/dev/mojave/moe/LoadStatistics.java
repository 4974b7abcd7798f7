package dev.mojave.moe;

import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;

/**
 * How one layer's experts were used, over as many batches as were added.
 *
 * <p>Load f is the fraction of token copies per expert; load entropy {@code H(f) / log E}, 1 when balanced; MaxVio
 * {@code max load / mean load - 1} (arXiv 2408.15664); routing entropy {@code mean_t H(p_t)} in nats.
 */
public final class LoadStatistics {
    private final long[] counts;
    private double entropySum;
    private long tokens;
    private long wantedCopies;

    /** Starts with nothing counted. */
    public LoadStatistics(int experts) {
        counts = new long[experts];
    }

    /** Adds one batch. */
    public void add(Routing routing) {
        long[] batch = routing.choices().countOfExpert();
        for (int expert = 0; expert < counts.length; expert++) {
            counts[expert] += batch[expert];
        }
        tokens += routing.tokens();
        wantedCopies += (long) routing.tokens() * routing.topK();
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor p = routing.probabilitiesTE().detach();
            entropySum -= p.mul(p.add(1e-20).log()).sum().item();
        }
    }

    /** Returns the fraction of copies that each expert received. */
    public double[] load() {
        double total = copies();
        double[] load = new double[counts.length];
        for (int expert = 0; expert < load.length; expert++) {
            load[expert] = total == 0 ? 0 : counts[expert] / total;
        }
        return load;
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
        double largest = 0;
        for (double fraction : load()) {
            largest = Math.max(largest, fraction);
        }
        return largest * counts.length - 1;
    }

    /** Returns the mean entropy of a token's probabilities, nats. */
    public double routingEntropy() {
        return tokens == 0 ? 0 : entropySum / tokens;
    }

    /** Returns how many experts received nothing. */
    public int deadExperts() {
        int dead = 0;
        for (long count : counts) {
            dead += count == 0 ? 1 : 0;
        }
        return dead;
    }

    /** Returns the fraction of copies that no expert received. */
    public double dropRate() {
        return wantedCopies == 0 ? 0 : 1 - copies() / wantedCopies;
    }

    private double copies() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }
}
