package dev.mojave.result.metric;

import java.util.Optional;
import java.util.function.Function;

/**
 * Metrics that differ only in one part of their names, such as the number of a mixture layer. Their names are composed and parsed here and
 * nowhere else.
 *
 * @param <P> type of the part that differs
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

    /** Declares metrics with a number, from 0, in the middle of their names. */
    static Family<Integer> numbered(String before, String after, Quantity quantity) {
        return new Family<>(before, after, "N", Family::number, quantity);
    }

    /** Declares metrics whose names consist of a common prefix and a name of their own. */
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

    /** Returns the parameter if the name belongs to this family. */
    public Optional<P> parse(String name) {
        if (!name.startsWith(before) || !name.endsWith(after) || name.length() <= before.length() + after.length()) {
            return Optional.empty();
        }
        String middle = name.substring(before.length(), name.length() - after.length());
        // A number in another notation, such as 007, is not a name of this family.
        return read.apply(middle).filter(parameter -> String.valueOf(parameter).equals(middle));
    }

    /** Returns the pattern of the names with a placeholder, for readers: {@code moe/N/load}. */
    public String pattern() {
        return before + placeholder + after;
    }

    /** Returns the meaning of the values. */
    public Quantity quantity() {
        return quantity;
    }

    /** Returns the last part of every name, such as {@code load}; empty if the names end with the part that differs. */
    public String key() {
        return after.substring(after.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return pattern();
    }
}
