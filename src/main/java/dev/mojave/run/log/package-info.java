/** The metrics log: lines of JSON, the truth that everything else is derived from, and its series. */
@NullMarked
package dev.mojave.run.log;

import org.jspecify.annotations.NullMarked;
