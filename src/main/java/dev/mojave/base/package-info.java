/** Foundations that every package may use: checks, failures, JSON and YAML, units, progress. */
@NullMarked
package dev.mojave.base;

import org.jspecify.annotations.NullMarked;
