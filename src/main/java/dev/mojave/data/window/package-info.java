/** Windows of tokens: how splits are cut into them, the order in which training visits them, and batches. */
@NullMarked
package dev.mojave.data.window;

import org.jspecify.annotations.NullMarked;
