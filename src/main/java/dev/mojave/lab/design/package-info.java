/**
 * The design of a study: one comparison, or one per combination of its axes ({@link dev.mojave.lab.design.Cell}), and the tuning of each
 * arm before them ({@link dev.mojave.lab.design.Tune}).
 */
@NullMarked
package dev.mojave.lab.design;

import org.jspecify.annotations.NullMarked;
