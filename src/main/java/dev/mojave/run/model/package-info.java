/** Models at rest: those of a run, of another program's folder, and what is exported. */
@NullMarked
package dev.mojave.run.model;

import org.jspecify.annotations.NullMarked;
