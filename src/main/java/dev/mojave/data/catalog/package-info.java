/** Data sets under {@code MOJAVE_HOME}: imported, listed, and prepared for training. */
@NullMarked
package dev.mojave.data.catalog;

import org.jspecify.annotations.NullMarked;
