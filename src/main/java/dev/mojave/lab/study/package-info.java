/**
 * Studies: several models (arms) on one data split, each with several seeds, at matched budgets; run in processes of their
 * own, compared by paired statistics, and summed up in a verdict that follows from the intervals.
 */
@NullMarked
package dev.mojave.lab.study;

import org.jspecify.annotations.NullMarked;
