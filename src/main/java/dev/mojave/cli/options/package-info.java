/** Options that verbs have in common, as picocli mixins. */
@NullMarked
package dev.mojave.cli.options;

import org.jspecify.annotations.NullMarked;
