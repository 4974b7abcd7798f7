package dev.mojave.cli;

import dev.mojave.base.Units;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Converts options that are whole numbers, written as in recipes: {@code 500}, {@code 1_000}, {@code 1e3}, {@code 50k}. */
final class WholeNumbers {
    private WholeNumbers() {}

    /** Registers the converters with a command and all of its subcommands. */
    static void register(CommandLine command) {
        command.registerConverter(int.class, WholeNumbers::small)
                .registerConverter(Integer.class, WholeNumbers::small)
                .registerConverter(long.class, WholeNumbers::of)
                .registerConverter(Long.class, WholeNumbers::of);
    }

    private static int small(String text) {
        long value = of(text);
        if (value != (int) value) {
            throw new TypeConversionException("'" + text + "' is more than " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    private static long of(String text) {
        try {
            // A seed may have more digits than a count.
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return count(text);
        }
    }

    private static long count(String text) {
        boolean negative = text.startsWith("-");
        try {
            long value = Units.parseCount(negative ? text.substring(1) : text);
            return negative ? -value : value;
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is not a whole number such as 500, 1e3 or 50k");
        }
    }
}
