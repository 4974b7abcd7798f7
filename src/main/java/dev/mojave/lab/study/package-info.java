/**
 * Studies: several models (arms) at matched budgets on one data split, each with several seeds. Trials run in separate processes,
 * are compared by paired statistics, and are summed up in a verdict that follows from the intervals.
 */
@NullMarked
package dev.mojave.lab.study;

import org.jspecify.annotations.NullMarked;
