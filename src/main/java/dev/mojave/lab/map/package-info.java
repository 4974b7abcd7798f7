/**
 * Maps: a study repeated over sizes and budgets. What each cell showed comes from {@link dev.mojave.lab.study}; here cells are put side by side,
 * turning points are found, and maps of one kind are merged.
 */
@NullMarked
package dev.mojave.lab.map;

import org.jspecify.annotations.NullMarked;
