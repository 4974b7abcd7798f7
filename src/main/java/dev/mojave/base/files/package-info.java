/** Files and folders: written so that they appear only when whole, hashed, and read as text. */
@NullMarked
package dev.mojave.base.files;

import org.jspecify.annotations.NullMarked;
