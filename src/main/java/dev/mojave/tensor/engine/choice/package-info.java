/** What a person asks of the engine, and what was chosen. */
@NullMarked
package dev.mojave.tensor.engine.choice;

import org.jspecify.annotations.NullMarked;
