/** What runs log, each quantity declared once: its name in metrics.jsonl, and what whoever shows, compares or reduces it must know. */
@NullMarked
package dev.mojave.result.metric;

import org.jspecify.annotations.NullMarked;
