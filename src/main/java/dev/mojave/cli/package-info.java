/** The command line: the program's entry point and the list of verbs. Only this package and its subpackages print. */
@NullMarked
package dev.mojave.cli;

import org.jspecify.annotations.NullMarked;
