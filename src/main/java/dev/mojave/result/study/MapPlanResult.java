package dev.mojave.result.study;

import java.util.List;

/**
 * The predicted cost of a study with axes or tuning on this machine.
 *
 * @param cells comparisons
 * @param arms arms of each
 * @param seeds trials of each arm in a cell
 * @param tuningTrials trials that tune arms before
 * @param trials how many there are, tuning included
 * @param tokens training tokens of all of them
 * @param flops training FLOPs of all of them
 * @param times how long they take, one after another and side by side; empty where that could not be measured
 */
public record MapPlanResult(
        int cells,
        int arms,
        int seeds,
        int tuningTrials,
        int trials,
        long tokens,
        double flops,
        List<SweepPlanResult.Time> times) {}
