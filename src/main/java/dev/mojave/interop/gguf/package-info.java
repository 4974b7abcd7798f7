/** GGUF files, as llama.cpp reads them: which models they can hold, and what is written. */
@NullMarked
package dev.mojave.interop.gguf;

import org.jspecify.annotations.NullMarked;
