package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SignalsTest {
    @Test
    void theFirstSignalAsksToStopAndTheSecondStopsAtOnce() throws Exception {
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

            // TERM again: under nohup, or in the background, this process was started deaf to HUP and INT.
            send("TERM");
            await(() -> second.get() != 0);
            assertThat(second).hasValue(143);
            assertThat(first).hasValue(1);
        }
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
