/** The folder of a run: its files, its lock, its status, and what is read back from it. */
@NullMarked
package dev.mojave.run.folder;

import org.jspecify.annotations.NullMarked;
