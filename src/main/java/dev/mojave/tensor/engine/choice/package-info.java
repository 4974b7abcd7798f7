/** A request to the engine, and the resulting choice. */
@NullMarked
package dev.mojave.tensor.engine.choice;

import org.jspecify.annotations.NullMarked;
