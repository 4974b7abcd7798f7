/** The command line: one class per verb, the composition root, and the only place that prints. */
@NullMarked
package dev.mojave.cli;

import org.jspecify.annotations.NullMarked;
