/**
 * Reports: one self-contained HTML page and the same plots as PNG, made from {@code result} records alone.
 *
 * <p>Records become {@link dev.mojave.report.plot.Plot plots} once; the page's script, the PNG writer and the text
 * alternative all draw that same model. Everything a run wrote (names, samples, recipes) is untrusted text: it is
 * escaped where it is written, and the page's content security policy allows no script but the two it carries.
 */
@NullMarked
package dev.mojave.report;

import org.jspecify.annotations.NullMarked;
