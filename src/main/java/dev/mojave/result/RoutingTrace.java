package dev.mojave.result;

import java.util.List;

/**
 * The metrics of one mixture layer's router over training.
 *
 * @param layer index of the mixture layer, from 0
 * @param steps optimiser step of each point
 * @param load at each point, the fraction of assignments (token-expert pairs) per expert; sums to 1
 * @param loadEntropy H(load) / log E, 1 if balanced
 * @param maxViolation max load / mean load - 1
 * @param routingEntropy mean over tokens of H(p_t), nats
 * @param deadExperts number of experts that received no token
 * @param dropRate fraction of assignments dropped
 * @param bestChoice at each point, the fraction of tokens whose first choice is each expert; empty if it was not logged
 * @param weightByRank at each point, the mean weight of a token's first choice, second choice and so on; empty if it was not logged
 */
public record RoutingTrace(
        int layer,
        List<Long> steps,
        List<List<Double>> load,
        List<Double> loadEntropy,
        List<Double> maxViolation,
        List<Double> routingEntropy,
        List<Integer> deadExperts,
        List<Double> dropRate,
        List<List<Double>> bestChoice,
        List<List<Double>> weightByRank) {

    /** Creates a trace without the metrics of individual choices. */
    public RoutingTrace(
            int layer,
            List<Long> steps,
            List<List<Double>> load,
            List<Double> loadEntropy,
            List<Double> maxViolation,
            List<Double> routingEntropy,
            List<Integer> deadExperts,
            List<Double> dropRate) {
        this(
                layer,
                steps,
                load,
                loadEntropy,
                maxViolation,
                routingEntropy,
                deadExperts,
                dropRate,
                List.of(),
                List.of());
    }
}
