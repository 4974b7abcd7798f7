/** Mixtures of experts: routers choose experts, dispatchers send tokens to them, experts compute, and losses balance the load. */
@NullMarked
package dev.mojave.moe;

import org.jspecify.annotations.NullMarked;
