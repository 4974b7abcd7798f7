/** How fast this machine trains, beside the ceiling of its matrix products measured in the same run. */
@NullMarked
package dev.mojave.lab.bench;

import org.jspecify.annotations.NullMarked;
