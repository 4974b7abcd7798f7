/** Plots as data, as JSON for the page's script, and as PNG. */
@NullMarked
package dev.mojave.report.plot;

import org.jspecify.annotations.NullMarked;
