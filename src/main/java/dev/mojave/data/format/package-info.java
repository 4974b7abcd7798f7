/** File formats: how running text, JSON and tables are read as documents. */
@NullMarked
package dev.mojave.data.format;

import org.jspecify.annotations.NullMarked;
