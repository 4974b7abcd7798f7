/** JSON and YAML, and records as trees: what a file says becomes a record, or a failure that names the key. */
@NullMarked
package dev.mojave.base.tree;

import org.jspecify.annotations.NullMarked;
