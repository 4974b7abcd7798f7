/** Writes event files for TensorBoard. */
@NullMarked
package dev.mojave.interop.tfevents;

import org.jspecify.annotations.NullMarked;
