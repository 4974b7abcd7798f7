/** What the machine is: its processor, its instruction sets, and what it pretends to be. */
@NullMarked
package dev.mojave.tensor.engine.machine;

import org.jspecify.annotations.NullMarked;
