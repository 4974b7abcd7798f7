/** Foundations that every package may use: checks, failures, units, progress; and below it JSON and YAML, files, and processes. */
@NullMarked
package dev.mojave.base;

import org.jspecify.annotations.NullMarked;
