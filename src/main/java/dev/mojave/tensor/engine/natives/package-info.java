/** libtorch and the BLAS library: loaded once, with the settings that they read at that moment. */
@NullMarked
package dev.mojave.tensor.engine.natives;

import org.jspecify.annotations.NullMarked;
