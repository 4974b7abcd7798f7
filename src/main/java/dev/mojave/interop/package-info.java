/** Files that other programs read and write: safetensors. */
@NullMarked
package dev.mojave.interop;

import org.jspecify.annotations.NullMarked;
