/** Optimisers, which update parameters from their gradients. An optimiser chooses the update rule of a parameter by its role. */
@NullMarked
package dev.mojave.optim;

import org.jspecify.annotations.NullMarked;
