/** What is seen of a model while it reads held-out text: one walk, and the probes that look at it. */
@NullMarked
package dev.mojave.eval.probe;

import org.jspecify.annotations.NullMarked;
