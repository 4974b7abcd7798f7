/** Writes GGUF files for llama.cpp, and determines which models they can represent. */
@NullMarked
package dev.mojave.interop.gguf;

import org.jspecify.annotations.NullMarked;
