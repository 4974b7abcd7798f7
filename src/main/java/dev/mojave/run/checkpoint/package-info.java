/** Checkpoints: the weights and the state of training in one folder, checksummed, and which ones are kept. */
@NullMarked
package dev.mojave.run.checkpoint;

import org.jspecify.annotations.NullMarked;
