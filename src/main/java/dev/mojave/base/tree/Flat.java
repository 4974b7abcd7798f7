package dev.mojave.base.tree;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a component that is a record whose keys stand beside the keys of the record that nests it, not in a section of their own. Java
 * groups what belongs together and the YAML stays flat:
 *
 * <pre>{@code
 * @JsonPropertyOrder({"a", "b", "c"})
 * record Outer(@Flat Inner inner, int b) {}   // written as {a: 1, b: 2, c: 3}
 * record Inner(int a, int c) {}
 * }</pre>
 *
 * <p>Keys are written in the order of the components, or in that of {@code @JsonPropertyOrder}. {@link Records} refuses the outer record
 * if one key has two meanings.
 */
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Flat {}
