package dev.mojave.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console console(Terminal terminal) {
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Console(new PrintStream(out, true, StandardCharsets.UTF_8), () -> errors, terminal);
    }

    @Test
    void resultsGoToStandardOutputAndTheRestToStandardError() {
        Console console = console(Terminal.NONE);
        console.print("a table — wide");
        console.say("a note");
        console.warn("look");
        console.error("no");
        assertThat(out).hasToString("a table — wide\n");
        assertThat(err).hasToString("a note\nwarning: look\nmojave: no\n");
    }

    @Test
    void humanReadableResultsMoveIfJsonOwnsStandardOutput() {
        Console console = console(Terminal.NONE);
        console.reserveOutput();
        console.print("a table");
        console.json(Map.of("steps", 3));
        console.stream("text");
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualToNormalizingNewlines("{\n  \"steps\" : 3\n}\ntext");
        assertThat(err).hasToString("a table\n");
    }

    @Test
    void colourIsForTerminals() {
        console(new Terminal(true, true, 80, false)).error("no");
        assertThat(err).hasToString("\u001b[31mmojave: \u001b[0mno\n");
    }

    @Test
    void theTerminalIsDetectedFromLauncherAndEnvironment() {
        assertThat(Terminal.detect("out,err", Map.of("TERM", "xterm", "COLUMNS", "120")::get))
                .isEqualTo(new Terminal(true, true, 120, true));
        assertThat(Terminal.detect("err", Map.of("TERM", "xterm", "NO_COLOR", "1")::get))
                .isEqualTo(new Terminal(true, false, 80, false));
        assertThat(Terminal.detect("out", Map.of("TERM", "xterm")::get))
                .isEqualTo(new Terminal(false, false, 80, true));
        assertThat(Terminal.detect("out,err", Map.of("TERM", "dumb")::get)).isEqualTo(Terminal.NONE);
        assertThat(Terminal.detect("out,err", Map.<String, String>of()::get)).isEqualTo(Terminal.NONE);
    }
}
