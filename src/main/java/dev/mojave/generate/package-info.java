/** Generates text with a model: sampling filters, incremental decoding and stop texts. */
@NullMarked
package dev.mojave.generate;

import org.jspecify.annotations.NullMarked;
