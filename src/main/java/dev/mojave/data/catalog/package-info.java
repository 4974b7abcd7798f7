/** Data sets under {@code MOJAVE_HOME}: importing them, listing them and opening them for training. */
@NullMarked
package dev.mojave.data.catalog;

import org.jspecify.annotations.NullMarked;
