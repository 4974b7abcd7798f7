/** The HTML page: text that is escaped where it is written, tables, and the files of a report. */
@NullMarked
package dev.mojave.report.page;

import org.jspecify.annotations.NullMarked;
