/** Loads libtorch and the BLAS library once, with the settings that they read while they load. */
@NullMarked
package dev.mojave.tensor.engine.natives;

import org.jspecify.annotations.NullMarked;
