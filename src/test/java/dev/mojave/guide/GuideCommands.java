package dev.mojave.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.cli.CliResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The command that {@link GuideRunner} is at: a test, so that it has the engine that all tests have. */
final class GuideCommands {
    private static List<String> current = List.of();

    /** Sets the command of the next run. */
    static void set(List<String> command) {
        current = List.copyOf(command);
    }

    @Test
    void succeeds() {
        CliResult result = CliResult.run(current.toArray(String[]::new));
        assertThat(result.code()).as(result.err()).isZero();
    }
}
