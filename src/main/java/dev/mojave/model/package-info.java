/** Language models, dense or sparse: validated specifications, and the embeddings, blocks and heads that are built from them. */
@NullMarked
package dev.mojave.model;

import org.jspecify.annotations.NullMarked;
