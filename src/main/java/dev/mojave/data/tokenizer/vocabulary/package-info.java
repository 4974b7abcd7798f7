/** Vocabularies: the text of each id, added tokens, and which token ends a text. */
@NullMarked
package dev.mojave.data.tokenizer.vocabulary;

import org.jspecify.annotations.NullMarked;
