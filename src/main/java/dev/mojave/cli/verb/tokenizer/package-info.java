/** {@code mojave tokenizer}: trains and inspects tokenizers, encodes and decodes. */
@NullMarked
package dev.mojave.cli.verb.tokenizer;

import org.jspecify.annotations.NullMarked;
