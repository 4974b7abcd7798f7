package dev.mojave.result;

import java.util.List;

/**
 * What one mixture layer's router did over training.
 *
 * @param layer index of the layer, from 0
 * @param steps optimiser steps of the points
 * @param load at each point the fraction of routed token copies per expert (sums to 1)
 * @param loadEntropy H(load) / log E, 1 when balanced
 * @param maxViolation max load / mean load - 1
 * @param routingEntropy mean over tokens of H(p_t), nats
 * @param deadExperts experts that received no token
 * @param dropRate fraction of token copies dropped
 * @param bestChoice at each point the fraction of tokens that have each expert as their best choice; empty where it was not logged
 * @param weightByRank at each point the mean weight of a token's best choice, its second and so on; empty where it was not logged
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

    /** A trace that says nothing of single choices. */
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
