/** Reads and writes safetensors files; headers are validated before any tensor data is read. */
@NullMarked
package dev.mojave.interop.safetensors;

import org.jspecify.annotations.NullMarked;
