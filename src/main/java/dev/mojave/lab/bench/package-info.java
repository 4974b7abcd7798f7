/**
 * Benchmarks: the speed of training, decoding, scoring and single kernels, against ceilings measured in the same run and against
 * other frameworks.
 */
@NullMarked
package dev.mojave.lab.bench;

import org.jspecify.annotations.NullMarked;
