/**
 * Sweeps: one recipe, varied over a space of settings. {@link dev.mojave.lab.sweep.Space} makes points of lists and ranges,
 * {@link dev.mojave.lab.sweep.SweepTrials} makes trials of points, seeds and rungs, and {@link dev.mojave.lab.sweep.SweepResults} reads what
 * they showed: points ranked on the validation split, with intervals paired over seeds.
 */
@NullMarked
package dev.mojave.lab.sweep;

import org.jspecify.annotations.NullMarked;
