package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Tests what makes starts fast. */
class StartTest {
    @TempDir
    Path folder;

    private final PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    private final Console console = new Console(nowhere, () -> nowhere, Terminal.NONE);

    @Test
    void everyVerbIsFoundByItsName() {
        assertThat(Verbs.NAMES)
                .allSatisfy(name -> assertThat(new CommandLine(Verbs.named(name).orElseThrow()).getCommandName())
                        .isEqualTo(name));
        assertThat(Verbs.named("generat")).isEmpty();
    }

    @Test
    void aStartCreatesOnlyTheRequestedVerb() {
        assertThat(CommandTree.of(console, "generate", "x").root().getSubcommands())
                .containsOnlyKeys("generate");
        for (String[] line : new String[][] {{}, {"generat"}, {"--version"}}) {
            assertThat(CommandTree.of(console, line).root().getSubcommands()).containsOnlyKeys(Verbs.NAMES);
        }
    }

    @Test
    void theEngineStartsEarlyOnlyIfItIsSurelyNeeded() {
        String run = folder.toString();
        assertThat(EarlyStart.wanted("generate", run, "--prompt", "x")).isTrue();
        assertThat(EarlyStart.wanted("generate", "--prompt", "x", run)).isTrue();
        Stream.of(
                        new String[] {},
                        new String[] {"generate"},
                        new String[] {"generate", run + "-not-there"},
                        new String[] {"generate", "\0"},
                        new String[] {"generate", run, "--help"},
                        new String[] {"runs", run})
                .forEach(line -> assertThat(EarlyStart.wanted(line)).isFalse());
    }

    @Test
    void theRecordedStartTrainsAndGenerates() throws IOException {
        assertThat(Warmup.compute(console, folder)).isTrue();
    }
}
