/** Measures the speed of matrix products on this machine once, in a child process, and caches it. */
@NullMarked
package dev.mojave.tensor.engine.calibration;

import org.jspecify.annotations.NullMarked;
