/**
 * Listeners: tasks that run alongside training, such as evaluation, logging and checkpointing. Each decides when to act, and
 * keeps its own state in checkpoints.
 */
@NullMarked
package dev.mojave.train.listen;

import org.jspecify.annotations.NullMarked;
