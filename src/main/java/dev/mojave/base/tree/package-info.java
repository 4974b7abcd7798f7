/** JSON, YAML and records as trees: the content of a file becomes a record, or a failure that names the key. */
@NullMarked
package dev.mojave.base.tree;

import org.jspecify.annotations.NullMarked;
