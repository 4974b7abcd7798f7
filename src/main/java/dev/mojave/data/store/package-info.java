/** Token stores: documents are assigned to splits, encoded once, and read from mapped memory. */
@NullMarked
package dev.mojave.data.store;

import org.jspecify.annotations.NullMarked;
