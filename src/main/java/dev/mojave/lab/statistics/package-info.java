/**
 * Statistics over few seeds: intervals, power, and corrections for multiple comparisons. These are pure functions of numbers,
 * independent of what was trained.
 */
@NullMarked
package dev.mojave.lab.statistics;

import org.jspecify.annotations.NullMarked;
