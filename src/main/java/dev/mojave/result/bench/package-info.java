/** Speeds that were measured, beside those they are compared with. */
@NullMarked
package dev.mojave.result.bench;

import org.jspecify.annotations.NullMarked;
