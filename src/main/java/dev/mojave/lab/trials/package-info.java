/**
 * Trials as folders: each has its own resolved recipe, written first, and is trained by a separate process. Studies, sweeps and
 * other experiments define the trials; this package decides how many run side by side, and where.
 */
@NullMarked
package dev.mojave.lab.trials;

import org.jspecify.annotations.NullMarked;
