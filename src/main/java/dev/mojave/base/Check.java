package dev.mojave.base;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** Argument checks whose messages state the field, the value, the rule and, if there is one, the remedy. */
public final class Check {
    private Check() {}

    /**
     * Throws unless {@code condition} holds.
     *
     * @throws IllegalArgumentException with the formatted message
     */
    @FormatMethod
    public static void that(boolean condition, String format, Object... arguments) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, format, arguments));
        }
    }
}
