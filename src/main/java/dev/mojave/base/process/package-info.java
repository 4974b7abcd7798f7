/** Child processes: their commands, the communication with them, and their end. */
@NullMarked
package dev.mojave.base.process;

import org.jspecify.annotations.NullMarked;
