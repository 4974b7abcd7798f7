package dev.mojave.result.study;

import java.util.List;

/**
 * Predicted cost of a sweep on this machine.
 *
 * @param points number of points
 * @param seeds number of trials per point and budget
 * @param trials number of trials; with halving, the smallest possible number
 * @param atLeast whether there may be more trials than that
 * @param tokens training tokens of all trials
 * @param flops training FLOPs of all trials
 * @param times predicted times, sequential and concurrent; empty if they could not be measured
 */
public record SweepPlanResult(
        int points, int seeds, int trials, boolean atLeast, long tokens, double flops, List<Time> times) {
    /**
     * The predicted time with a given number of concurrent trials.
     *
     * @param jobs number of concurrent trials
     * @param threads threads per trial
     * @param secondsLow seconds of all trials, including evaluations, on an otherwise idle machine
     * @param secondsHigh seconds of all trials on a machine that is busy with other work
     * @param words the range in words
     */
    public record Time(int jobs, int threads, double secondsLow, double secondsHigh, String words) {}
}
