package dev.mojave.train.listen;

import dev.mojave.run.log.MetricLine;
import java.util.List;
import java.util.Map;

/**
 * Where a run stands.
 *
 * @param step optimiser steps done
 * @param totalSteps of the whole run
 * @param tokens training tokens seen
 * @param words training words seen
 * @param elapsedSeconds training time so far, without the time between an interruption and its resume
 */
public record RunPosition(long step, long totalSteps, long tokens, long words, double elapsedSeconds) {
    /** Returns the line of the log for what was measured here. */
    public MetricLine line(Map<String, Double> scalars, Map<String, List<Double>> lists) {
        return new MetricLine(step, tokens, words, elapsedSeconds, scalars, lists);
    }
}
