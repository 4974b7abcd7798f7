package dev.mojave.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SignalsTest {
    @Test
    void theFirstSignalRequestsAStopAndTheSecondStopsImmediately() throws Exception {
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        try (Signals signals = Signals.listen(first::incrementAndGet, second::set)) {
            assertThat(signals.requested()).isFalse();
            assertThat(signals.exitCode()).isZero();

            send("TERM");
            await(() -> first.get() == 1);
            assertThat(signals.requested()).isTrue();
            assertThat(signals.exitCode()).isEqualTo(143);
            assertThat(second).hasValue(0);

            String other = hearsHup() ? "HUP" : "TERM";
            send(other);
            await(() -> second.get() != 0);
            assertThat(second).hasValue(other.equals("HUP") ? 129 : 143);
            assertThat(signals.exitCode()).as("the first one counts").isEqualTo(143);
            assertThat(first).hasValue(1);
        }
    }

    /** A process that was started ignoring a signal keeps ignoring it, as {@code nohup} requires; Linux shows the ignored signals in a mask. */
    private static boolean hearsHup() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return true;
        }
        String ignored = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        return (Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16) & 1) == 0;
    }

    private static void send(String name) throws IOException, InterruptedException {
        String self = Long.toString(ProcessHandle.current().pid());
        assertThat(new ProcessBuilder("kill", "-" + name, self).start().waitFor())
                .isZero();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(deadline);
            Thread.sleep(5);
        }
    }
}
