package dev.mojave.result.metric;

/**
 * What a value means.
 *
 * @param title its name for people, as a heading
 * @param words what it is, as the label of an axis
 * @param unit what it counts
 * @param better which values are the better ones
 * @param overRanks how the values of several ranks become one
 * @param origin what decides it
 */
public record Quantity(String title, String words, Unit unit, Better better, Reduction overRanks, Origin origin) {}
