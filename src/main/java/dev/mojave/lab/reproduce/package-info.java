/** Trains a run again from its folder, and says whether it came out the same. */
@NullMarked
package dev.mojave.lab.reproduce;

import org.jspecify.annotations.NullMarked;
