/** Mixtures of experts: routers choose, dispatchers move tokens, experts compute, losses keep the balance. */
@NullMarked
package dev.mojave.moe;

import org.jspecify.annotations.NullMarked;
