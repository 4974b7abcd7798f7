/** Results of studies and sweeps: arms and points, comparisons with their intervals, and verdicts. */
@NullMarked
package dev.mojave.result.study;

import org.jspecify.annotations.NullMarked;
