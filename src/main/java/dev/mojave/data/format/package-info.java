/** Documents in files: running text, JSON and CSV. */
@NullMarked
package dev.mojave.data.format;

import org.jspecify.annotations.NullMarked;
