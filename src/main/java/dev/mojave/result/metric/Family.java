package dev.mojave.result.metric;

import java.util.Optional;
import java.util.function.Function;

/**
 * Metrics that differ in one part of their names, such as the number of a mixture. The family makes the names and takes them apart; nothing
 * else does.
 *
 * @param <P> what they differ in
 */
public final class Family<P> {
    private final String before;
    private final String after;
    private final String placeholder;
    private final Function<String, Optional<P>> read;
    private final Quantity quantity;

    private Family(
            String before, String after, String placeholder, Function<String, Optional<P>> read, Quantity quantity) {
        this.before = before;
        this.after = after;
        this.placeholder = placeholder;
        this.read = read;
        this.quantity = quantity;
    }

    /** Declares metrics that have a number, from 0, between two parts of their names. */
    static Family<Integer> numbered(String before, String after, Quantity quantity) {
        return new Family<>(before, after, "N", Family::number, quantity);
    }

    /** Declares metrics that have a name of their own behind a common part. */
    static Family<String> named(String before, Quantity quantity) {
        return new Family<>(before, "", "NAME", Optional::of, quantity);
    }

    private static Optional<Integer> number(String digits) {
        try {
            return Optional.of(Integer.parseInt(digits)).filter(number -> number >= 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Returns the metric of a parameter. */
    public Metric of(P parameter) {
        return new Metric(before + parameter + after, quantity);
    }

    /** Returns the parameter if a name is one of this family's. */
    public Optional<P> parse(String name) {
        if (!name.startsWith(before) || !name.endsWith(after) || name.length() <= before.length() + after.length()) {
            return Optional.empty();
        }
        String middle = name.substring(before.length(), name.length() - after.length());
        // What is written in another way, such as 007, is no name that this family makes.
        return read.apply(middle).filter(parameter -> String.valueOf(parameter).equals(middle));
    }

    /** Returns the names with a placeholder, for people: {@code moe/N/load}. */
    public String pattern() {
        return before + placeholder + after;
    }

    /** Returns what the values mean. */
    public Quantity quantity() {
        return quantity;
    }

    /** Returns the last part of every name, such as {@code load}; empty where the names end with what they differ in. */
    public String key() {
        return after.substring(after.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return pattern();
    }
}
