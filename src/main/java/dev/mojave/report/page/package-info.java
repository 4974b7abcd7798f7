/** The HTML page, its tables, and the files of a report. */
@NullMarked
package dev.mojave.report.page;

import org.jspecify.annotations.NullMarked;
