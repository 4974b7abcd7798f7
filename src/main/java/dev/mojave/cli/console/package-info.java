/** The terminal: what a person sees while a verb works, how it is stopped, and the exit code that an outcome earns. */
@NullMarked
package dev.mojave.cli.console;

import org.jspecify.annotations.NullMarked;
