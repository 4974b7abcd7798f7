/** Safetensors files: headers are checked before a byte of a tensor is read. */
@NullMarked
package dev.mojave.interop.safetensors;

import org.jspecify.annotations.NullMarked;
