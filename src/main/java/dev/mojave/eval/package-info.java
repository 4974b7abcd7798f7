/** Measures a model on text: perplexity over windows, and log-probabilities of sentences. */
@NullMarked
package dev.mojave.eval;

import org.jspecify.annotations.NullMarked;
