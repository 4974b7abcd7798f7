/**
 * What a study's recipe asks for: one comparison or one per combination of its axes ({@link dev.mojave.lab.design.Cell}), and what is tuned for
 * each arm first ({@link dev.mojave.lab.design.Tune}).
 */
@NullMarked
package dev.mojave.lab.design;

import org.jspecify.annotations.NullMarked;
