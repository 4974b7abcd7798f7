package dev.mojave.result;

import java.util.List;

/**
 * One scalar metric of one run over training, as logged.
 *
 * @param metric standard name, for example {@code val/loss}
 * @param steps optimiser steps
 * @param tokens training tokens seen at each point
 * @param values one a point
 */
public record MetricSeries(String metric, List<Long> steps, List<Long> tokens, List<Double> values) {}
