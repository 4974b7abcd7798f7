package dev.mojave.lab.study;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the comparison needs of one finished trial.
 *
 * @param arm its arm
 * @param seed its training seed
 * @param valLoss last evaluation over all held-out windows, nats per token
 * @param bestValLoss best evaluation seen, nats per token
 * @param curve validation loss by training tokens seen, all over the same held-out windows
 */
record TrialLosses(String arm, long seed, double valLoss, double bestValLoss, SortedMap<Long, Double> curve) {
    TrialLosses {
        curve = new TreeMap<>(curve);
    }
}
