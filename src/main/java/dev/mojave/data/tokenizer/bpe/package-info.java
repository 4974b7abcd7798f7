/** Byte-pair encoding: splitting text into pieces (pre-tokens), applying and learning merges, and GPT-2's vocabulary. */
@NullMarked
package dev.mojave.data.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;
