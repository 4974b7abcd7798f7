package dev.mojave.train.learn;

import dev.mojave.moe.balance.LoadStatistics;
import java.util.List;
import java.util.Map;

/**
 * The results of one step's forward passes.
 *
 * @param loss cross-entropy plus weighted auxiliary losses, in nats per token
 * @param crossEntropy cross-entropy, in nats per token
 * @param auxiliary every auxiliary loss by name, unweighted
 * @param requested requested load per sparse layer: the number of assignments of each expert before capacity dropped any, to
 *     which the layer's router adapts
 * @param load load statistics per mixture, each of which names its mixture; empty unless observed
 */
public record Losses(
        double loss,
        double crossEntropy,
        Map<String, Double> auxiliary,
        List<long[]> requested,
        List<LoadStatistics> load) {}
