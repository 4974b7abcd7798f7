package dev.mojave.result;

import java.util.List;

/**
 * One scalar metric of one run over training, as logged.
 *
 * @param metric name of the metric, for example {@code val/loss}
 * @param steps optimiser step of each point
 * @param tokens training tokens seen at each point
 * @param values value at each point
 */
public record MetricSeries(String metric, List<Long> steps, List<Long> tokens, List<Double> values) {}
