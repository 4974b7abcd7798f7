package dev.mojave.train.learn;

import dev.mojave.moe.balance.LoadStatistics;
import java.util.List;
import java.util.Map;

/**
 * What the forward passes of one step showed.
 *
 * @param loss cross-entropy plus weighted auxiliary losses, nats
 * @param crossEntropy nats per token
 * @param auxiliary every auxiliary loss by name, unweighted
 * @param wanted per sparse layer: assignments that each expert was asked for, which its router adapts to
 * @param load one a mixture, which each names; empty unless observed
 */
public record Losses(
        double loss,
        double crossEntropy,
        Map<String, Double> auxiliary,
        List<long[]> requested,
        List<LoadStatistics> load) {}
