/**
 * Plain records that are written to disk and shown. Nothing here computes; the JSON keys are the component names in
 * snake_case. Losses are nats per token, times seconds, sizes bytes, unless a name says otherwise.
 */
@NullMarked
package dev.mojave.result;

import org.jspecify.annotations.NullMarked;
