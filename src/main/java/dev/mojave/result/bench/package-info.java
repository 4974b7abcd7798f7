/** Results of benchmarks: measured speeds, and the ceilings and programs that they are compared with. */
@NullMarked
package dev.mojave.result.bench;

import org.jspecify.annotations.NullMarked;
