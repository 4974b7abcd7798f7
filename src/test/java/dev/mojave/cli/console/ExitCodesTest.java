package dev.mojave.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExitCodesTest {
    static Stream<Arguments> forUsers() {
        return Stream.of(
                Arguments.of(Failure.check("c"), 1, "c"),
                Arguments.of(Failure.usage("u"), 2, "u"),
                Arguments.of(Failure.environment("e"), 3, "e"),
                Arguments.of(Failure.data("d"), 4, "d"),
                Arguments.of(Failure.training("t"), 5, "t"),
                Arguments.of(new ExecutionException(Failure.data("d")), 4, "d"),
                Arguments.of(
                        new NoSuchFileException("a.yaml"), 2, "cannot read or write a.yaml: a.yaml does not exist"),
                Arguments.of(
                        new UncheckedIOException(new NoSuchFileException("a.yaml")),
                        2,
                        "cannot read or write a.yaml: a.yaml does not exist"),
                Arguments.of(
                        new AccessDeniedException("runs"),
                        2,
                        "cannot read or write runs: no permission for runs; check its owner and mode"),
                Arguments.of(
                        new FileSystemException("runs/a", null, "No space left on device"),
                        3,
                        "cannot read or write a: the disk of runs/a is full; free some space or choose another folder"),
                Arguments.of(
                        new IOException("No space left on device"),
                        3,
                        "cannot read or write a file: the disk of . is full; free some space or choose another folder"),
                Arguments.of(
                        new IOException("Input/output error"), 3, "cannot read or write a file: .: Input/output error"),
                Arguments.of(
                        new UnsatisfiedLinkError("no jnitorch"),
                        3,
                        "a native library cannot be loaded (no jnitorch); './mojave doctor' examines this machine"));
    }

    @ParameterizedTest
    @MethodSource("forUsers")
    void failuresBecomeOneMessageAndAnExitCode(Throwable thrown, int code, String message) {
        assertThat(ExitCodes.of(thrown)).isEqualTo(new ExitCodes.Outcome(code, message, false));
    }

    @Test
    void lackOfMemoryNamesTheRemedies() {
        ExitCodes.Outcome outcome = ExitCodes.of(new OutOfMemoryError("Java heap space"));
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.message()).contains("Java heap space", "train.micro_batch_size", "MOJAVE_JAVA_OPTS=-Xmx8g");
    }

    @Test
    void aFailedCheckIsAUsageErrorAndAnyOtherIllegalArgumentIsABug() {
        ExitCodes.Outcome rule = ExitCodes.of(broken());
        assertThat(rule).isEqualTo(new ExitCodes.Outcome(2, "num_experts (0) must be positive", false));

        ExitCodes.Outcome ours = ExitCodes.of(new IllegalArgumentException("bad radix"));
        assertThat(ours)
                .isEqualTo(new ExitCodes.Outcome(3, "internal error: IllegalArgumentException: bad radix", true));
    }

    private static Throwable broken() {
        try {
            Check.that(false, "num_experts (%d) must be positive", 0);
            throw new AssertionError("the check held");
        } catch (IllegalArgumentException e) {
            return e;
        }
    }
}
