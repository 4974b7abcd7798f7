/**
 * The API for programs: {@link dev.mojave.api.Mojave} loads and trains models, {@link dev.mojave.api.Model} uses them. The folder
 * examples/ contains complete programs. The stable part of the API is marked with {@link dev.mojave.base.Promised}.
 */
@NullMarked
package dev.mojave.api;

import org.jspecify.annotations.NullMarked;
