package dev.mojave.train.listen;

import dev.mojave.result.metric.Metric;
import dev.mojave.run.log.MetricLine;
import dev.mojave.train.learn.Learner.StepResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The moment after a step: what it showed, and what listeners have measured since. */
public final class Moment {
    private final StepResult result;
    private final RunPosition position;
    private final double stepSeconds;
    private final int stepTokens;
    private final Map<String, Double> scalars = new LinkedHashMap<>();
    private final Map<String, List<Double>> lists = new LinkedHashMap<>();
    private boolean best;
    private boolean logged;

    /**
     * A moment in which nothing was measured yet.
     *
     * @param stepSeconds what the step took, reading its batch included
     * @param stepTokens targets of its batch
     */
    public Moment(StepResult result, RunPosition position, double stepSeconds, int stepTokens) {
        this.result = result;
        this.position = position;
        this.stepSeconds = stepSeconds;
        this.stepTokens = stepTokens;
    }

    /** Returns what the step showed. */
    public StepResult result() {
        return result;
    }

    /** Returns optimiser steps done, this one included. */
    public long step() {
        return position.step();
    }

    /** Returns where the run stands. */
    public RunPosition position() {
        return position;
    }

    /** Returns whether this was the last step of the run. */
    public boolean last() {
        return position.step() == position.totalSteps();
    }

    /** Returns seconds of the step. */
    public double stepSeconds() {
        return stepSeconds;
    }

    /** Returns targets of its batch. */
    public int stepTokens() {
        return stepTokens;
    }

    /**
     * Adds a metric.
     *
     * @throws IllegalStateException if the log has had this moment: the listener stands behind it and would measure for nobody
     */
    public void put(Metric metric, double value) {
        requireOpen(metric);
        scalars.put(metric.name(), value);
    }

    /** The same for a metric that is a list. */
    public void put(Metric metric, List<Double> values) {
        requireOpen(metric);
        lists.put(metric.name(), values);
    }

    /** Returns what was measured so far, numbers by name. */
    public Map<String, Double> scalars() {
        return scalars;
    }

    /** Notes that an evaluation was the best so far. */
    void markBest() {
        best = true;
    }

    /** Returns whether an evaluation was the best so far. */
    public boolean best() {
        return best;
    }

    private void requireOpen(Metric metric) {
        if (logged) {
            throw new IllegalStateException(
                    metric.name() + " was measured by a listener that stands behind the log; it belongs before it");
        }
    }

    /** Nothing is measured any more: the log has this moment. */
    void close() {
        logged = true;
    }

    /** Returns the line of the log; what stands in it decides whether it is worth one. */
    MetricLine line() {
        return position.line(scalars, lists);
    }

    boolean isEmpty() {
        return scalars.isEmpty();
    }
}
