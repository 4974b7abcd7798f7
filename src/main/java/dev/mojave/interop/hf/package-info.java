/**
 * Hugging Face's {@code config.json}: the supported families of models, their settings, and the obstacles between them and
 * Mojave's models.
 */
@NullMarked
package dev.mojave.interop.hf;

import org.jspecify.annotations.NullMarked;
