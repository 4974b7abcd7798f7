/**
 * Fused CPU kernels in Java's Vector API, for the places where libtorch makes several passes over memory or runs slowly. Each has
 * a plain twin made of libtorch operations: its oracle in tests, and what runs for other devices and element types, without the
 * vector module, or under {@code engine.kernels: plain}.
 *
 * <p>Only classes named {@code Vector*} touch {@code jdk.incubator.vector}, and only behind {@link Fused}: without the module they
 * are never loaded. Work is cut into chunks of fixed size, so results do not depend on the number of threads.
 */
@NullMarked
package dev.mojave.tensor.kernels;

import dev.mojave.tensor.kernels.support.Fused;
import org.jspecify.annotations.NullMarked;
