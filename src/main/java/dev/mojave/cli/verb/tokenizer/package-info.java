/** {@code mojave tokenizer}: trains tokenizers, encodes and decodes with them, and says what they are. */
@NullMarked
package dev.mojave.cli.verb.tokenizer;

import org.jspecify.annotations.NullMarked;
