package dev.mojave.run;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;

/** What the operating system refused, in the terms of a person who can do something about it. */
final class IoFailures {
    private IoFailures() {}

    /** A file or folder could not be written: permission (USAGE), a full disk or another fault of the machine (ENVIRONMENT). */
    static Failure writing(Path path, IOException e) {
        if (e instanceof AccessDeniedException || reason(e).contains("Read-only file system")) {
            return Failure.usage(
                            "%s cannot be written: %s; choose another place with --output",
                            path, e instanceof AccessDeniedException ? "permission denied" : "read-only file system")
                    .because(e);
        }
        String reason = reason(e);
        String lower = reason.toLowerCase(Locale.ROOT);
        boolean full = lower.contains("no space left") || lower.contains("not enough space") || lower.contains("quota");
        return full
                ? Failure.environment(
                                "%s cannot be written: the disk is full (%s); free some space or choose another place with --output",
                                path, reason)
                        .because(e)
                : Failure.environment("%s cannot be written: %s", path, reason).because(e);
    }

    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException system ? system.getReason() : null;
        if (reason == null) {
            reason = e.getMessage();
        }
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
