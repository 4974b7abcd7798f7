/** Compares models with reference values from another program: outputs, losses, routing and gradients, tensor by tensor. */
@NullMarked
package dev.mojave.lab.parity;

import org.jspecify.annotations.NullMarked;
