/** The command line: where the program starts, the list of verbs, and, with what lies below it, the only place that prints. */
@NullMarked
package dev.mojave.cli;

import org.jspecify.annotations.NullMarked;
