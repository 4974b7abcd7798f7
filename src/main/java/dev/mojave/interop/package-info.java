/** Models in the files of other programs, read and written: weights and their names, tokenizers, model cards. */
@NullMarked
package dev.mojave.interop;

import org.jspecify.annotations.NullMarked;
