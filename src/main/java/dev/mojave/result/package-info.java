/**
 * Plain records that are written to disk and shown. Nothing is computed here; the JSON keys are the component names in
 * snake_case. Losses are in nats per token, times in seconds and sizes in bytes, unless a name states otherwise.
 */
@NullMarked
package dev.mojave.result;

import org.jspecify.annotations.NullMarked;
