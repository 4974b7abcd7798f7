/** Corpora: sequences of documents, read from files or from the embedded WordNet definitions. */
@NullMarked
package dev.mojave.data.corpus;

import org.jspecify.annotations.NullMarked;
