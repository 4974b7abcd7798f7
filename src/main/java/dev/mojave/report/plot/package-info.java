/** Plots as data, and as PNG: what the page's script draws from the same model. */
@NullMarked
package dev.mojave.report.plot;

import org.jspecify.annotations.NullMarked;
