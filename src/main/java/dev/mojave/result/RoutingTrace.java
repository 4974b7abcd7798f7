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
 */
public record RoutingTrace(
        int layer,
        List<Long> steps,
        List<List<Double>> load,
        List<Double> loadEntropy,
        List<Double> maxViolation,
        List<Double> routingEntropy,
        List<Integer> deadExperts,
        List<Double> dropRate) {}
