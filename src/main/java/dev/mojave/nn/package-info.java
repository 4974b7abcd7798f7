/** Layers of transformers: each says its formula, shapes and parameters; none knows what a language model is. */
@NullMarked
package dev.mojave.nn;

import org.jspecify.annotations.NullMarked;
