/** Corpora: documents in order, from files or from WordNet's definitions, which come along. */
@NullMarked
package dev.mojave.data.corpus;

import org.jspecify.annotations.NullMarked;
