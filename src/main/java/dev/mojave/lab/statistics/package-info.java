/** What follows from few seeds: intervals, power, and corrections for many comparisons. Numbers in, numbers out: nothing here knows what was trained. */
@NullMarked
package dev.mojave.lab.statistics;

import org.jspecify.annotations.NullMarked;
