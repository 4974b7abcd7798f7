/** Trains a run again from its folder and reports whether the result is the same. */
@NullMarked
package dev.mojave.lab.reproduce;

import org.jspecify.annotations.NullMarked;
