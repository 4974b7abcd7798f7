/** The folder of a run: its files, lock and status, and the records read from it. */
@NullMarked
package dev.mojave.run.folder;

import org.jspecify.annotations.NullMarked;
