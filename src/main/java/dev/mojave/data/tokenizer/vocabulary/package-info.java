/** Vocabularies: the text of each id, the added tokens, and the end-of-text token. */
@NullMarked
package dev.mojave.data.tokenizer.vocabulary;

import org.jspecify.annotations.NullMarked;
