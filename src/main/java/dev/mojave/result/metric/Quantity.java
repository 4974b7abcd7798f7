package dev.mojave.result.metric;

/**
 * The meaning of a value.
 *
 * @param title name for readers, used as a heading
 * @param words description, used as the label of an axis
 * @param unit unit of the value
 * @param better which values are better
 * @param overRanks how the values of several ranks are reduced to one
 * @param origin what determines the value
 */
public record Quantity(String title, String words, Unit unit, Better better, Reduction overRanks, Origin origin) {}
