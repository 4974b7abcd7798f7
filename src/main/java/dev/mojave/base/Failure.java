package dev.mojave.base;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A failure that a person can act on: its message says what happened, where, the rule that was broken and the remedy.
 * The command line prints the message alone and exits with {@link Kind#exitCode()}; there is no stack trace to read.
 */
@Promised
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, in the terms of the exit codes that {@code mojave} promises. */
    public enum Kind {
        /** A check that the user asked for did not hold (parity, verify). */
        CHECK(1),
        /** Usage, configuration, paths, permissions. */
        USAGE(2),
        /** The machine: JDK, native library, memory, disk full. */
        ENVIRONMENT(3),
        /** Data or model files that are missing, malformed or do not match. */
        DATA(4),
        /** Training cannot go on: a value that is not finite, no progress possible. */
        TRAINING(5);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        /** Returns the process exit code for this kind. */
        public int exitCode() {
            return exitCode;
        }
    }

    private final Kind kind;

    private Failure(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Returns what went wrong. */
    public Kind kind() {
        return kind;
    }

    /** Returns this message with the place in front, keeping kind and cause. */
    public Failure at(String place) {
        return new Failure(kind, place + ": " + getMessage(), this);
    }

    /** Returns this message with more said at its end, keeping kind and cause. */
    public Failure with(String more) {
        return new Failure(kind, getMessage() + more, this);
    }

    /** Returns this failure with a cause attached. */
    public Failure because(Throwable cause) {
        return new Failure(kind, String.valueOf(getMessage()), cause);
    }

    /** A check that the user asked for did not hold. */
    @FormatMethod
    public static Failure check(String format, Object... arguments) {
        return new Failure(Kind.CHECK, String.format(Locale.ROOT, format, arguments), null);
    }

    /** Usage, configuration, paths, permissions. */
    @FormatMethod
    public static Failure usage(String format, Object... arguments) {
        return new Failure(Kind.USAGE, String.format(Locale.ROOT, format, arguments), null);
    }

    /** The machine: JDK, native library, memory, disk full. */
    @FormatMethod
    public static Failure environment(String format, Object... arguments) {
        return new Failure(Kind.ENVIRONMENT, String.format(Locale.ROOT, format, arguments), null);
    }

    /** Data or model files that are missing, malformed or do not match. */
    @FormatMethod
    public static Failure data(String format, Object... arguments) {
        return new Failure(Kind.DATA, String.format(Locale.ROOT, format, arguments), null);
    }

    /** Training cannot go on. */
    @FormatMethod
    public static Failure training(String format, Object... arguments) {
        return new Failure(Kind.TRAINING, String.format(Locale.ROOT, format, arguments), null);
    }
}
