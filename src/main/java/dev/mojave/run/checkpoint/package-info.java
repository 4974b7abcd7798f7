/** Checkpoints: folders with the weights and the state of training, protected by checksums, and the rules for keeping them. */
@NullMarked
package dev.mojave.run.checkpoint;

import org.jspecify.annotations.NullMarked;
