/** Files and folders: writing them atomically, hashing them, and reading text. */
@NullMarked
package dev.mojave.base.files;

import org.jspecify.annotations.NullMarked;
