/**
 * The door for programs: {@link dev.mojave.api.Mojave} loads and trains models, {@link dev.mojave.api.Model} uses them. The folder
 * examples/ has whole programs. What is promised to stay is marked with {@link dev.mojave.base.Promised}.
 */
@NullMarked
package dev.mojave.api;

import org.jspecify.annotations.NullMarked;
