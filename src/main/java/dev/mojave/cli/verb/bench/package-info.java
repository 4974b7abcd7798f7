/** {@code mojave bench}: measures how fast this machine trains, scores and decodes. */
@NullMarked
package dev.mojave.cli.verb.bench;

import org.jspecify.annotations.NullMarked;
