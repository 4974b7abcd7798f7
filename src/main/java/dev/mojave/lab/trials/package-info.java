/**
 * Trials as folders: each has its own resolved recipe, written first, and is trained by a process of its own. Studies, sweeps and whatever
 * else trains many models say what the trials are; how many run side by side, and where, is decided here.
 */
@NullMarked
package dev.mojave.lab.trials;

import org.jspecify.annotations.NullMarked;
