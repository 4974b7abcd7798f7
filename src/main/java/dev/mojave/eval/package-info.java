/** Measures text under a model. */
@NullMarked
package dev.mojave.eval;

import org.jspecify.annotations.NullMarked;
