/** The verbs, one class each; groups of verbs have packages of their own. */
@NullMarked
package dev.mojave.cli.verb;

import org.jspecify.annotations.NullMarked;
