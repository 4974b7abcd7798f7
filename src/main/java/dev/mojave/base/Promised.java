package dev.mojave.base;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the stable API, on which library users can rely: from 1.0 on, it changes incompatibly only with the major version, and the build
 * checks it against the last release. Everything else may change with any version.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Promised {}
