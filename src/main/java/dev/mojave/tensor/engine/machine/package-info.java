/** The machine: its processor, its instruction sets, and the processor that it emulates. */
@NullMarked
package dev.mojave.tensor.engine.machine;

import org.jspecify.annotations.NullMarked;
