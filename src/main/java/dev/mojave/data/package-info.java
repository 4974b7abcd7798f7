/**
 * From text to training windows: corpora, data sets under {@code MOJAVE_HOME}, memory-mapped token stores, sampling.
 *
 * <p>Documents are assigned to training, validation and test before any window is cut. A store keeps the order of its source;
 * {@link dev.mojave.data.window.Sampler} visits windows in a seeded permutation, so even a short run samples the whole corpus evenly.
 */
@NullMarked
package dev.mojave.data;

import org.jspecify.annotations.NullMarked;
