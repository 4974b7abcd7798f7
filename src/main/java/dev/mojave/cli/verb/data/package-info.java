/** {@code mojave data}: imports data sets, lists and shows them. */
@NullMarked
package dev.mojave.cli.verb.data;

import org.jspecify.annotations.NullMarked;
