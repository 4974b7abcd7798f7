/** The decisions of routers as data: which experts process which tokens, with which weights. */
@NullMarked
package dev.mojave.moe.routing;

import org.jspecify.annotations.NullMarked;
