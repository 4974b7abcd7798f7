/**
 * Reports: one self-contained HTML page and the same plots as PNG files, generated from {@code result} records alone.
 *
 * <p>Records are turned into {@link dev.mojave.report.plot.Plot plots} once; the page's script, the PNG writer and the text
 * alternative all render that same model. Everything that comes from a run (names, samples, recipes) is untrusted text: it is
 * escaped where it is written, and the page's content security policy allows no script except the two that it contains.
 */
@NullMarked
package dev.mojave.report;

import org.jspecify.annotations.NullMarked;
