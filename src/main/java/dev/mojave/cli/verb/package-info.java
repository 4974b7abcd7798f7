/** What the program does: one class per verb; those with several parts have a package of their own. */
@NullMarked
package dev.mojave.cli.verb;

import org.jspecify.annotations.NullMarked;
