/**
 * Fused CPU kernels in Java's Vector API, for operations in which libtorch makes several passes over memory or is slow. Each has a
 * reference implementation in libtorch operations: its oracle in tests, and its replacement on other devices, for other element types,
 * without the vector module, and under {@code engine.kernels: plain}.
 *
 * <p>Only classes named {@code Vector*} use {@code jdk.incubator.vector}, and they are called only if {@link Fused} allows it: without the
 * module they are never loaded. Work is cut into chunks of fixed size, so results do not depend on the number of threads.
 */
@NullMarked
package dev.mojave.tensor.kernels;

import dev.mojave.tensor.kernels.support.Fused;
import org.jspecify.annotations.NullMarked;
