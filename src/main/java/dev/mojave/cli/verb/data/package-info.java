/** {@code mojave data}: imports, lists and shows data sets. */
@NullMarked
package dev.mojave.cli.verb.data;

import org.jspecify.annotations.NullMarked;
