package dev.mojave.lab.sweep;

import dev.mojave.lab.statistics.Statistics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A point with its losses at one rung.
 *
 * @param point the point
 * @param rung index of the rung, from 0
 * @param losses last validation losses by seed, nats per token
 */
public record Measured(Point point, int rung, Map<Long, Double> losses) {
    /** Orders the losses by seed. */
    public Measured {
        losses = new TreeMap<>(losses);
    }

    /** Returns the mean loss over seeds, in nats per token. */
    public double mean() {
        return Statistics.mean(List.copyOf(losses.values()));
    }
}
