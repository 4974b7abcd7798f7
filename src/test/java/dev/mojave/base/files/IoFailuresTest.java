package dev.mojave.base.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class IoFailuresTest {
    private static final Path WHERE = Path.of("stores", "x");

    @Test
    void aFullDiskIsAnEnvironmentFailure() {
        Failure failure = IoFailures.of("write the store", WHERE, new IOException("No space left on device"));
        assertThat(failure.kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
        assertThat(failure)
                .hasMessageContainingAll("cannot write the store", WHERE.toString(), "full", "free some space");
    }

    @Test
    void permissionsAndMissingPathsAreUsageFailures() {
        Failure denied = IoFailures.of("read", WHERE, new AccessDeniedException("stores/x/secret"));
        assertThat(denied.kind()).isEqualTo(Failure.Kind.USAGE);
        assertThat(denied).hasMessageContainingAll("no permission for stores/x/secret", "owner and mode");
        Failure missing = IoFailures.of("read", WHERE, new NoSuchFileException("gone.txt"));
        assertThat(missing.kind()).isEqualTo(Failure.Kind.USAGE);
        assertThat(missing).hasMessage("cannot read: gone.txt does not exist");
    }

    @Test
    void aFileInPlaceOfAFolderIsNamed() {
        Failure failure = IoFailures.of("make the run folder", WHERE, new FileAlreadyExistsException("runs"));
        assertThat(failure.kind()).isEqualTo(Failure.Kind.USAGE);
        assertThat(failure).hasMessage("cannot make the run folder: runs exists and is not a folder; choose another");
    }

    @Test
    void anythingElseKeepsTheSystemsMessage() {
        Failure failure = IoFailures.of("read", WHERE, new FileSystemException("stores/x", null, "Input/output error"));
        assertThat(failure.kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
        assertThat(failure).hasMessageContaining("Input/output error");
        assertThat(failure.getCause()).isInstanceOf(FileSystemException.class);
    }
}
