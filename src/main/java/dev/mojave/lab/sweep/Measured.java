package dev.mojave.lab.sweep;

import dev.mojave.lab.statistics.Statistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A point with what it reached.
 *
 * @param point which
 * @param rung from 0
 * @param losses last validation losses by seed, nats per token
 */
record Measured(Point point, int rung, Map<Long, Double> losses) {
    Measured {
        losses = new TreeMap<>(losses);
    }

    double mean() {
        return Statistics.mean(List.copyOf(losses.values()));
    }
}
