/** What a router decided: which experts take which tokens with which weights, as data. */
@NullMarked
package dev.mojave.moe.routing;

import org.jspecify.annotations.NullMarked;
