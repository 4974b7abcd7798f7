package dev.mojave.cli;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What a failure means to the user: an exit code and one message. */
final class ExitCodes {
    /** Success. */
    static final int OK = 0;

    /** Usage, configuration, paths, permissions. */
    static final int USAGE = Failure.Kind.USAGE.exitCode();

    /** The machine. Errors of our own end here too: no other promised code fits them. */
    static final int ENVIRONMENT = Failure.Kind.ENVIRONMENT.exitCode();

    private ExitCodes() {}

    /**
     * A failure as the user sees it.
     *
     * @param code the exit code
     * @param message what, where, rule, remedy
     * @param internal whether it is an error in Mojave, whose stack trace belongs in a log file
     */
    record Outcome(int code, String message, boolean internal) {}

    /** Translates anything that a verb throws. */
    static Outcome of(Throwable thrown) {
        return switch (unwrap(thrown)) {
            case Failure failure -> new Outcome(failure.kind().exitCode(), message(failure), false);
            case IllegalArgumentException e when fromCheck(e) -> new Outcome(USAGE, message(e), false);
            case IOException e -> io(e);
            case OutOfMemoryError e ->
                new Outcome(
                        ENVIRONMENT,
                        "out of memory (" + message(e)
                                + "); lower train.batch_size or train.micro_batch_size, or allow Java more, for"
                                + " example MOJAVE_JAVA_OPTS=-Xmx8g ./mojave ...",
                        false);
            case LinkageError e
            when nativeLibrary(e) ->
                new Outcome(
                        ENVIRONMENT,
                        "a native library cannot be loaded (" + message(e)
                                + "); './mojave doctor' shows what this machine has",
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

    /** Messages of {@link Check} are written for users; other illegal arguments are mistakes of ours. */
    private static boolean fromCheck(IllegalArgumentException e) {
        StackTraceElement[] trace = e.getStackTrace();
        return trace.length > 0 && trace[0].getClassName().equals(Check.class.getName());
    }

    private static boolean nativeLibrary(LinkageError e) {
        return e instanceof UnsatisfiedLinkError
                || (e instanceof NoClassDefFoundError && message(e).contains("org/bytedeco"));
    }

    private static Outcome io(IOException e) {
        return switch (e) {
            case NoSuchFileException f -> new Outcome(USAGE, f.getFile() + " does not exist", false);
            case AccessDeniedException f ->
                new Outcome(
                        USAGE, "no permission to read or write " + f.getFile() + "; check its owner and mode", false);
            case FileAlreadyExistsException f ->
                new Outcome(USAGE, f.getFile() + " is in the way: it exists already", false);
            case NotDirectoryException f -> new Outcome(USAGE, f.getFile() + " is not a folder", false);
            case DirectoryNotEmptyException f -> new Outcome(USAGE, f.getFile() + " is not empty", false);
            default -> otherIo(e);
        };
    }

    private static Outcome otherIo(IOException e) {
        String text = message(e).toLowerCase(Locale.ROOT);
        String where = e instanceof FileSystemException f && f.getFile() != null ? f.getFile() + ": " : "";
        if (text.contains("no space left") || text.contains("quota exceeded")) {
            return new Outcome(
                    ENVIRONMENT,
                    where + "the disk is full; free some space or choose another place with --output or MOJAVE_HOME",
                    false);
        }
        if (text.contains("read-only file system")
                || text.contains("not a directory")
                || text.contains("is a directory")) {
            return new Outcome(USAGE, message(e) + "; choose another path", false);
        }
        return new Outcome(ENVIRONMENT, "input or output failed: " + message(e), false);
    }

    private static String message(Throwable e) {
        @Nullable String text = e.getMessage();
        return text == null || text.isBlank() ? e.getClass().getSimpleName() : text;
    }
}
