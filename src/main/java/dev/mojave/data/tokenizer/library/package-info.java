/** Hugging Face's tokenizers library, in this process or in one of its own, and what a file must be for it to survive. */
@NullMarked
package dev.mojave.data.tokenizer.library;

import org.jspecify.annotations.NullMarked;
