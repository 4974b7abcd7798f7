/** What turns gradients into updates. An optimiser chooses its rule for a parameter by the parameter's role. */
@NullMarked
package dev.mojave.optim;

import org.jspecify.annotations.NullMarked;
