package dev.mojave.base.tree;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a component that is a record whose keys are at the same level as the keys of the enclosing record, not in a section of their own.
 * This groups related values in Java while the YAML stays flat:
 *
 * {@snippet :
 * @JsonPropertyOrder({"a", "b", "c"})
 * record Outer(@Flat Inner inner, int b) {} // written as {a: 1, b: 2, c: 3}
 * record Inner(int a, int c) {}
 * }
 *
 * <p>Keys are written in the order of the components, or in that of {@code @JsonPropertyOrder}. {@link Records} rejects the outer record
 * if two components have the same key.
 */
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Flat {}
