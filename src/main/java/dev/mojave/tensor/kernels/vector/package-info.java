/**
 * The inner loops in Java's Vector API, on plain memory segments: the only package that depends on {@code jdk.incubator.vector}, loaded
 * only if that module is present.
 */
@NullMarked
package dev.mojave.tensor.kernels.vector;

import org.jspecify.annotations.NullMarked;
