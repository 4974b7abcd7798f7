/** The metrics log, from which all other outputs are derived, and the series read from it. */
@NullMarked
package dev.mojave.run.log;

import org.jspecify.annotations.NullMarked;
