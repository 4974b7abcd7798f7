/** Files as bytes and text: which ones a path names, how they are encoded, and what was found in them. */
@NullMarked
package dev.mojave.data.source;

import org.jspecify.annotations.NullMarked;
