/** Writes text with a model: sampling filters and incremental decoding. */
@NullMarked
package dev.mojave.generate;

import org.jspecify.annotations.NullMarked;
