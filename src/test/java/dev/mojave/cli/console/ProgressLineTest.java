package dev.mojave.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long nanos;

    private ProgressLine line(Terminal terminal) {
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new ProgressLine(() -> errors, terminal, () -> nanos);
    }

    private void pass(double seconds) {
        nanos += (long) (seconds * 1e9);
    }

    private String taken() {
        String text = err.toString(StandardCharsets.UTF_8);
        err.reset();
        return text;
    }

    @Test
    void aFileGetsAPlainLineEveryTenSeconds() {
        ProgressLine line = line(Terminal.NONE);
        line.start("train", 2000, "steps");
        line.update(0, "");
        pass(9);
        line.update(450, "loss 3.10");
        assertThat(taken()).isEmpty();
        pass(1);
        line.update(500, "loss 2.90");
        assertThat(taken()).isEqualTo("train  25% 500/2000 steps · loss 2.90 · 30s left\n");
        pass(5);
        line.update(800, "loss 2.80");
        line.clear();
        line.finish();
        assertThat(taken()).isEmpty();
    }

    @Test
    void aTerminalGetsABarThatIsRedrawnAndLeavesNothingBehind() {
        ProgressLine line = line(new Terminal(true, true, 80, true));
        line.start("train", 100, "steps");
        pass(0.2);
        line.update(50, "");
        assertThat(taken()).isEqualTo("\r\u001b[2Ktrain ━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  50% 50/100 steps");
        pass(0.05);
        line.update(51, "");
        assertThat(taken()).isEmpty();
        line.finish();
        assertThat(taken()).isEqualTo("\r\u001b[2K");
    }

    @Test
    void theRemainingTimeIgnoresTheStepsOfAnEarlierRun() {
        ProgressLine line = line(Terminal.NONE);
        line.start("train", 1000, "steps");
        line.update(900, "");
        pass(50);
        line.update(950, "");
        assertThat(taken()).endsWith("· 50s left\n");
    }

    @Test
    void aLineNeverWraps() {
        ProgressLine line = line(new Terminal(true, false, 40, false));
        line.start("train", 0, "tokens");
        pass(1);
        line.update(5, "a detail that is much too long for such a narrow terminal");
        assertThat(taken().substring("\r\u001b[2K".length())).hasSize(39).endsWith("…");
    }

    @Test
    void updatesOutsideATaskShowNothing() {
        ProgressLine line = line(Terminal.NONE);
        pass(100);
        line.update(5, "x");
        assertThat(taken()).isEmpty();
    }
}
