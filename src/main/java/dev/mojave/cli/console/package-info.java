/** The console: output and progress of a verb, signals that stop it, and its exit code. */
@NullMarked
package dev.mojave.cli.console;

import org.jspecify.annotations.NullMarked;
