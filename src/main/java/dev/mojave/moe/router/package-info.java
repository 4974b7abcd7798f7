/** Routers: each turns hidden states into choices of experts by a rule of its own. */
@NullMarked
package dev.mojave.moe.router;

import org.jspecify.annotations.NullMarked;
