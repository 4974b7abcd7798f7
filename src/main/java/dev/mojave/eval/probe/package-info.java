/** Probes, which observe a model while it reads held-out text; several probes share one walk over the text. */
@NullMarked
package dev.mojave.eval.probe;

import org.jspecify.annotations.NullMarked;
