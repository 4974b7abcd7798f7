/** Measures once how fast this machine multiplies, in a process of its own, and remembers it. */
@NullMarked
package dev.mojave.tensor.engine.calibration;

import org.jspecify.annotations.NullMarked;
