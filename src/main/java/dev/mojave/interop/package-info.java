/** Reads and writes models in the formats of other programs: weights and their names, tokenizer settings, model cards. */
@NullMarked
package dev.mojave.interop;

import org.jspecify.annotations.NullMarked;
