/**
 * The inner loops in Java's Vector API, over plain memory: the only package that sees {@code jdk.incubator.vector}, loaded only where
 * that module is there.
 */
@NullMarked
package dev.mojave.tensor.kernels.vector;

import org.jspecify.annotations.NullMarked;
