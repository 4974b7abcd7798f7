/** Models beside reference values that another program computed: outputs, losses, routing and gradients, tensor by tensor. */
@NullMarked
package dev.mojave.lab.parity;

import org.jspecify.annotations.NullMarked;
