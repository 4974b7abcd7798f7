/** Foundations for every package: checks, failures, units and progress; the subpackages handle JSON and YAML, files, and processes. */
@NullMarked
package dev.mojave.base;

import org.jspecify.annotations.NullMarked;
