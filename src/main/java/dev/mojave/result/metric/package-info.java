/** The metrics that runs log. Each is declared once: its name in metrics.jsonl, and how to show, compare and reduce it. */
@NullMarked
package dev.mojave.result.metric;

import org.jspecify.annotations.NullMarked;
