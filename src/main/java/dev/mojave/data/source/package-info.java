/** Source files: the files that a path names, their formats and encodings, and the report on reading them. */
@NullMarked
package dev.mojave.data.source;

import org.jspecify.annotations.NullMarked;
