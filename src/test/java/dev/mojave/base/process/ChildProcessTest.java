package dev.mojave.base.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildProcessTest {
    @TempDir
    Path folder;

    /** Echoes its input until that ends. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) throws IOException {
            try (FileInputStream in = new FileInputStream(FileDescriptor.in);
                    FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
                for (int value = in.read(); value >= 0; value = in.read()) {
                    out.write(value);
                }
            }
        }
    }

    private ChildProcess echo() throws IOException {
        return ChildProcess.talking(
                JavaCommand.of(List.of("-Xshare:auto"), Echo.class, List.of()),
                folder.resolve("log"),
                UnaryOperator.identity());
    }

    @Test
    void aDeadlineEndsTheProcessAndSaysSo() throws Exception {
        try (ChildProcess process = echo();
                ChildProcess.Deadline deadline = process.killAfter(Duration.ofSeconds(2))) {
            assertThat(process.tell("a line")).isTrue();
            assertThat(process.readLine()).hasValue("a line");
            assertThat(deadline.passed()).isFalse();
            assertThat(process.readLine()).isEmpty();
            assertThat(deadline.passed()).isTrue();
            assertThat(process.await(Duration.ofSeconds(10))).hasValue(137);
        }
    }

    @Test
    void aCancelledDeadlineKillsNothing() throws Exception {
        try (ChildProcess process = echo()) {
            ChildProcess.Deadline deadline = process.killAfter(Duration.ofMillis(300));
            deadline.close();
            assertThat(process.await(Duration.ofMillis(600))).isEmpty();
            assertThat(deadline.passed()).isFalse();
            process.finish(Duration.ofSeconds(20));
            assertThat(process.await(Duration.ofSeconds(10))).hasValue(0);
        }
    }

    @Test
    void bytesCanBeExchangedOverThePipes() throws Exception {
        try (ChildProcess process = echo()) {
            process.input().write(new byte[] {0, (byte) 0xff, 10});
            process.input().flush();
            assertThat(process.output().readNBytes(3)).containsExactly(0, 0xff, 10);
        }
        try (ChildProcess process = ChildProcess.logging(
                JavaCommand.of(List.of(), Echo.class, List.of()), folder.resolve("log"), UnaryOperator.identity())) {
            assertThatThrownBy(process::output).isInstanceOf(IllegalStateException.class);
        }
    }
}
