/** Text to token ids and back: characters, bytes, GPT-2's vocabulary and Hugging Face tokenizer files. */
@NullMarked
package dev.mojave.data.tokenizer;

import org.jspecify.annotations.NullMarked;
