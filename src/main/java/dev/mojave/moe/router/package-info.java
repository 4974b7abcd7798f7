/** Routers, which choose experts for tokens. */
@NullMarked
package dev.mojave.moe.router;

import org.jspecify.annotations.NullMarked;
