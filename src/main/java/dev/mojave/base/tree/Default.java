package dev.mojave.base.tree;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The default value of a record component whose key is absent, as YAML text ({@code "0.9"}, {@code "[0.9, 0.95]"},
 * {@code "{tail: 0.1}"}). {@link Records} fills it in, so records need no nulls and a printed recipe shows every value that was used.
 */
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Default {
    /** Returns the YAML text. */
    String value();
}
