/** Decoding one token at a time: weights packed in narrow formats, multiplied with one vector. */
@NullMarked
package dev.mojave.tensor.kernels.decode;

import org.jspecify.annotations.NullMarked;
