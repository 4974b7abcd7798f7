/** Decodes one token at a time, with weights packed in narrow formats and multiplied with one vector. */
@NullMarked
package dev.mojave.tensor.kernels.decode;

import org.jspecify.annotations.NullMarked;
