package dev.mojave.cli.console;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Translates exceptions into an exit code and one message for the user. */
public final class ExitCodes {
    /** Success. */
    public static final int OK = 0;

    /** A check failed. */
    public static final int CHECK = Failure.Kind.CHECK.exitCode();

    /** Usage, configuration, paths, permissions. */
    public static final int USAGE = Failure.Kind.USAGE.exitCode();

    /** The machine. Internal errors have this code, too, because no other documented code fits them. */
    static final int ENVIRONMENT = Failure.Kind.ENVIRONMENT.exitCode();

    private ExitCodes() {}

    /**
     * A failure as it is shown to the user.
     *
     * @param code the exit code
     * @param message the message: what is wrong, where, the rule and the remedy
     * @param internal whether it is a bug in Mojave, whose stack trace belongs in a log file
     */
    public record Outcome(int code, String message, boolean internal) {}

    /** Translates anything that a verb throws. */
    public static Outcome of(Throwable thrown) {
        return switch (unwrap(thrown)) {
            case Failure failure -> new Outcome(failure.kind().exitCode(), message(failure), false);
            case IllegalArgumentException e when fromCheck(e) -> new Outcome(USAGE, message(e), false);
            case IOException e -> io(e);
            case OutOfMemoryError e ->
                new Outcome(
                        ENVIRONMENT,
                        "out of memory (" + message(e)
                                + "); lower train.batch_size or train.micro_batch_size, or give Java more memory, for"
                                + " example with MOJAVE_JAVA_OPTS=-Xmx8g ./mojave ...",
                        false);
            case LinkageError e
            when nativeLibrary(e) ->
                new Outcome(
                        ENVIRONMENT,
                        "a native library cannot be loaded (" + message(e)
                                + "); './mojave doctor' examines this machine",
                        false);
            case Throwable e ->
                new Outcome(ENVIRONMENT, "internal error: " + e.getClass().getSimpleName() + ": " + message(e), true);
        };
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable cause = thrown.getCause();
        boolean wrapper = thrown instanceof UncheckedIOException
                || thrown instanceof ExecutionException
                || thrown instanceof CompletionException
                || (thrown instanceof ExceptionInInitializerError && cause != null);
        return wrapper && cause != null ? unwrap(cause) : thrown;
    }

    /** Returns whether an exception comes from {@link Check}, whose messages are written for users; other illegal arguments are bugs. */
    private static boolean fromCheck(IllegalArgumentException e) {
        StackTraceElement[] trace = e.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().equals(Check.class.getName());
    }

    private static boolean nativeLibrary(LinkageError e) {
        return e instanceof UnsatisfiedLinkError
                || (e instanceof NoClassDefFoundError && message(e).contains("org/bytedeco"));
    }

    private static Outcome io(IOException e) {
        String file = e instanceof FileSystemException f ? f.getFile() : null;
        Path where = Path.of(file == null ? "." : file);
        return of(IoFailures.of("read or write " + (file == null ? "a file" : where.getFileName()), where, e));
    }

    private static String message(Throwable e) {
        @Nullable String text = e.getMessage();
        return text == null || text.isBlank() ? e.getClass().getSimpleName() : text;
    }
}
