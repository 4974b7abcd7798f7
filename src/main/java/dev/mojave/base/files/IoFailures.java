package dev.mojave.base.files;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Translates I/O exceptions into failures that state what was attempted, where, and the remedy. */
public final class IoFailures {
    /** Parts of the messages of Linux, macOS, Windows and quotas for a full disk. */
    private static final List<String> FULL =
            List.of("no space left", "not enough space", "disk quota", "quota exceeded", "disk is full");

    private IoFailures() {}

    /**
     * Translates an exception.
     *
     * @param action the attempted action, such as {@code "write the token store"}
     * @param where the file or folder that it was attempted on
     * @return a failure of kind USAGE for permissions and missing paths, and of kind ENVIRONMENT for a full disk and everything else
     */
    public static Failure of(String action, Path where, IOException problem) {
        String message = String.valueOf(problem.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (FULL.stream().anyMatch(lower::contains)) {
            return Failure.environment(
                            "cannot %s: the disk of %s is full; free some space or choose another folder",
                            action, where)
                    .because(problem);
        }
        if (problem instanceof AccessDeniedException || lower.contains("permission denied")) {
            return Failure.usage(
                            "cannot %s: no permission for %s; check its owner and mode", action, place(problem, where))
                    .because(problem);
        }
        if (lower.contains("read-only file system")) {
            return Failure.usage("cannot %s: %s is on a read-only file system; choose another folder", action, where)
                    .because(problem);
        }
        if (problem instanceof NoSuchFileException) {
            return Failure.usage("cannot %s: %s does not exist", action, place(problem, where))
                    .because(problem);
        }
        if (problem instanceof FileAlreadyExistsException) {
            return Failure.usage(
                            "cannot %s: %s exists and is not a folder; choose another", action, place(problem, where))
                    .because(problem);
        }
        if (problem instanceof NotDirectoryException || lower.contains("not a directory")) {
            return Failure.usage("cannot %s: part of %s is a file, not a folder", action, place(problem, where))
                    .because(problem);
        }
        return Failure.environment("cannot %s: %s: %s", action, where, message).because(problem);
    }

    /** Translates the cause of an unchecked exception, as thrown by streams and iterators, like {@link #of(String, Path, IOException)}. */
    public static Failure of(String action, Path where, UncheckedIOException problem) {
        return of(action, where, Objects.requireNonNull(problem.getCause()));
    }

    private static String place(IOException problem, Path where) {
        String file = problem instanceof FileSystemException e ? e.getFile() : null;
        return file == null ? where.toString() : file;
    }
}
