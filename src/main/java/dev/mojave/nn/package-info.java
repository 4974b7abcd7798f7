/** Transformer layers. Each documents its formula, shapes and parameters; none depends on the language model. */
@NullMarked
package dev.mojave.nn;

import org.jspecify.annotations.NullMarked;
