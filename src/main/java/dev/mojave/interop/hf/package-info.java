/** Hugging Face's {@code config.json}: which families of models it describes, and what it says that we do not have. */
@NullMarked
package dev.mojave.interop.hf;

import org.jspecify.annotations.NullMarked;
