package dev.mojave.base;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A failure that a person can act on: its message states what happened, where, the rule that was broken and the remedy.
 * The command line prints only the message, without a stack trace, and exits with {@link Kind#exitCode()}.
 */
@Promised
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kind of failure, which determines the exit code of {@code mojave}. */
    public enum Kind {
        /** A check that the user requested failed (parity, reproduce). */
        CHECK(1),
        /** Usage, configuration, paths, permissions. */
        USAGE(2),
        /** The machine: JDK, native libraries, memory, a full disk. */
        ENVIRONMENT(3),
        /** Data or model files that are missing, malformed or do not match. */
        DATA(4),
        /** Training cannot continue: a value is not finite, or no progress is possible. */
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

    /** Returns the kind of failure. */
    public Kind kind() {
        return kind;
    }

    /** Returns a failure of the same kind with the place in front of the message and this failure as its cause. */
    public Failure at(String place) {
        return new Failure(kind, place + ": " + getMessage(), this);
    }

    /** Returns a failure of the same kind with more text at the end of the message and this failure as its cause. */
    public Failure with(String more) {
        return new Failure(kind, getMessage() + more, this);
    }

    /** Returns a failure of the same kind and message with the given cause. */
    public Failure because(Throwable cause) {
        return new Failure(kind, String.valueOf(getMessage()), cause);
    }

    /** Returns a failure of kind CHECK: a check that the user requested failed. */
    @FormatMethod
    public static Failure check(String format, Object... arguments) {
        return new Failure(Kind.CHECK, String.format(Locale.ROOT, format, arguments), null);
    }

    /** Returns a failure of kind USAGE: usage, configuration, paths, permissions. */
    @FormatMethod
    public static Failure usage(String format, Object... arguments) {
        return new Failure(Kind.USAGE, String.format(Locale.ROOT, format, arguments), null);
    }

    /** Returns a failure of kind ENVIRONMENT: JDK, native libraries, memory, a full disk. */
    @FormatMethod
    public static Failure environment(String format, Object... arguments) {
        return new Failure(Kind.ENVIRONMENT, String.format(Locale.ROOT, format, arguments), null);
    }

    /** Returns a failure of kind DATA: data or model files that are missing, malformed or do not match. */
    @FormatMethod
    public static Failure data(String format, Object... arguments) {
        return new Failure(Kind.DATA, String.format(Locale.ROOT, format, arguments), null);
    }

    /** Returns a failure of kind TRAINING: training cannot continue. */
    @FormatMethod
    public static Failure training(String format, Object... arguments) {
        return new Failure(Kind.TRAINING, String.format(Locale.ROOT, format, arguments), null);
    }
}
