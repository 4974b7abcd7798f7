/** Byte-pair encoding: how text is split into pieces, merges are applied and learned, and GPT-2's own. */
@NullMarked
package dev.mojave.data.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;
