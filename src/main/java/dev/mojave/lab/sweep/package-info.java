/**
 * Sweeps: one recipe, varied over a space of settings. {@link dev.mojave.lab.sweep.Space} forms points from lists and ranges,
 * {@link dev.mojave.lab.sweep.SweepTrials} forms trials from points, seeds and rungs, and {@link
 * dev.mojave.lab.sweep.SweepResults} derives the results: points ranked on the validation split, with intervals paired over
 * seeds.
 */
@NullMarked
package dev.mojave.lab.sweep;

import org.jspecify.annotations.NullMarked;
