package dev.mojave.result.study;

import java.util.List;

/**
 * Summary statistics over seeds.
 *
 * @param mean arithmetic mean
 * @param sd sample standard deviation (divisor n - 1); 0 for a single value
 * @param values one value per seed, in the order of the study's seeds
 */
public record Summary(double mean, double sd, List<Double> values) {}
