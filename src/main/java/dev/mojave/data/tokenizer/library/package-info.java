/** Hugging Face's tokenizers library, in this process or in a separate one, and the checks that keep a file from crashing it. */
@NullMarked
package dev.mojave.data.tokenizer.library;

import org.jspecify.annotations.NullMarked;
