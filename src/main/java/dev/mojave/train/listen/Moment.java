package dev.mojave.train.listen;

import dev.mojave.result.metric.Metric;
import dev.mojave.run.log.MetricLine;
import dev.mojave.train.learn.Learner.StepResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The moment after a step: the step's results, and the metrics that listeners have measured since. */
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
     * Creates a moment without metrics.
     *
     * @param stepSeconds duration of the step in seconds, including reading its batch
     * @param stepTokens number of targets in its batch
     */
    public Moment(StepResult result, RunPosition position, double stepSeconds, int stepTokens) {
        this.result = result;
        this.position = position;
        this.stepSeconds = stepSeconds;
        this.stepTokens = stepTokens;
    }

    /** Returns the results of the step. */
    public StepResult result() {
        return result;
    }

    /** Returns the number of optimiser steps done, including this one. */
    public long step() {
        return position.step();
    }

    /** Returns the position of the run. */
    public RunPosition position() {
        return position;
    }

    /** Returns whether this was the last step of the run. */
    public boolean last() {
        return position.step() == position.totalSteps();
    }

    /** Returns the duration of the step in seconds. */
    public double stepSeconds() {
        return stepSeconds;
    }

    /** Returns the number of targets in its batch. */
    public int stepTokens() {
        return stepTokens;
    }

    /**
     * Adds a metric.
     *
     * @throws IllegalStateException if this moment has already been logged, because the listener comes after the log
     */
    public void put(Metric metric, double value) {
        requireOpen(metric);
        scalars.put(metric.name(), value);
    }

    /** Adds a metric that is a list. */
    public void put(Metric metric, List<Double> values) {
        requireOpen(metric);
        lists.put(metric.name(), values);
    }

    /** Returns the scalar metrics so far, by name. */
    public Map<String, Double> scalars() {
        return scalars;
    }

    /** Marks this moment's evaluation as the best so far. */
    void markBest() {
        best = true;
    }

    /** Returns whether this moment's evaluation is the best so far. */
    public boolean best() {
        return best;
    }

    private void requireOpen(Metric metric) {
        if (logged) {
            throw new IllegalStateException(metric.name()
                    + " was measured by a listener that comes after the log; move the listener before it");
        }
    }

    /** Rejects further metrics, because the moment has been logged. */
    void close() {
        logged = true;
    }

    /** Returns the log line of this moment. */
    MetricLine line() {
        return position.line(scalars, lists);
    }

    boolean isEmpty() {
        return scalars.isEmpty();
    }
}
