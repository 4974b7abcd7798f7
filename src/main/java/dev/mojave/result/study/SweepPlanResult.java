package dev.mojave.result.study;

import java.util.List;

/**
 * What a sweep will need on this machine.
 *
 * @param points how many
 * @param seeds trials of each point and budget
 * @param trials how many there are; with halving, how many there are at least
 * @param atLeast whether there can be more
 * @param tokens training tokens of all of them
 * @param flops training FLOPs of all of them
 * @param times how long they take, one after another and side by side; empty where that could not be measured
 */
public record SweepPlanResult(
        int points, int seeds, int trials, boolean atLeast, long tokens, double flops, List<Time> times) {
    /**
     * A way to run them.
     *
     * @param jobs trials side by side
     * @param threads of each
     * @param secondsLow all trials, evaluations included, if nothing gets in the way
     * @param secondsHigh on a machine that has other things to do as well
     * @param words the range in words
     */
    public record Time(int jobs, int threads, double secondsLow, double secondsHigh, String words) {}
}
