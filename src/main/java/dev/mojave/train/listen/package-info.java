/** What happens beside training: each listener says when, does one thing, and keeps its own state in checkpoints. */
@NullMarked
package dev.mojave.train.listen;

import org.jspecify.annotations.NullMarked;
