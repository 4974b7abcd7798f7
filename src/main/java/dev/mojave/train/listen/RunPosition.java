package dev.mojave.train.listen;

import dev.mojave.run.log.MetricLine;
import java.util.List;
import java.util.Map;

/**
 * The position of a run in its training.
 *
 * @param step optimiser steps done
 * @param totalSteps optimiser steps of the whole run
 * @param tokens training tokens seen
 * @param words training words seen
 * @param elapsedSeconds training time so far in seconds, without the time between an interruption and its resumption
 */
public record RunPosition(long step, long totalSteps, long tokens, long words, double elapsedSeconds) {
    /** Returns the log line of metrics that were measured at this position. */
    public MetricLine line(Map<String, Double> scalars, Map<String, List<Double>> lists) {
        return new MetricLine(step, tokens, words, elapsedSeconds, scalars, lists);
    }
}
