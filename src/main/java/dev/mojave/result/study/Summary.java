package dev.mojave.result.study;

import java.util.List;

/**
 * A figure over seeds.
 *
 * @param mean arithmetic mean
 * @param sd sample standard deviation (n - 1); NaN-free: 0 for a single value
 * @param values one value a seed, in the order of the study's seeds
 */
public record Summary(double mean, double sd, List<Double> values) {}
