/** Event files, as TensorBoard reads them. */
@NullMarked
package dev.mojave.interop.tfevents;

import org.jspecify.annotations.NullMarked;
