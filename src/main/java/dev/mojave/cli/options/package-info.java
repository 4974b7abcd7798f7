/** Options that several verbs share, as picocli mixins. */
@NullMarked
package dev.mojave.cli.options;

import org.jspecify.annotations.NullMarked;
