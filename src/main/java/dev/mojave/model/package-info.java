/** Language models: a validated specification builds embeddings, blocks and head, dense or sparse. */
@NullMarked
package dev.mojave.model;

import org.jspecify.annotations.NullMarked;
