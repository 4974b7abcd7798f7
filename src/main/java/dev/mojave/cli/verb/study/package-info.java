/**
 * Verbs that train or plan several models, or train one again: {@code study}, {@code sweep}, {@code quickstart}, {@code plan},
 * {@code reproduce}.
 */
@NullMarked
package dev.mojave.cli.verb.study;

import org.jspecify.annotations.NullMarked;
