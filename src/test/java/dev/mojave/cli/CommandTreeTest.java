package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.cli.console.Console;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

class CommandTreeTest {
    @Test
    void noVerbIsAUsageError() {
        CliResult result = CliResult.run();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("""
                mojave: a verb is missing
                './mojave --help' shows the usage.
                """);
    }

    @Test
    void anUnknownOptionSuggestsTheNearest() {
        CliResult result = CliResult.run("--versoin");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith("mojave: unknown option '--versoin'; did you mean '--version'?\n");
    }

    @Test
    void anUnknownVerbIsNamed() {
        CliResult result = CliResult.run("zzzzzzzzzz");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("""
                mojave: unknown verb 'zzzzzzzzzz'
                './mojave --help' shows the usage.
                """);
    }

    @Test
    void anUnknownVerbSuggestsTheNearest() {
        CliResult result = CliResult.run("model");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith("mojave: unknown verb 'model'; did you mean 'models'?\n");
    }

    /** As in recipes, digits of counts may be grouped, and counts may be in scientific notation or have a suffix. */
    @Test
    void wholeNumbersOfOptionsAreReadAsInRecipes() {
        CommandLine tree = new CommandTree(Console.system()).root();
        for (String typed : new String[] {"1e3", "1_000", "1k", "1000"}) {
            ParseResult train = tree.parseArgs("tokenizer", "train", "embedded", "--vocab-size", typed)
                    .subcommand()
                    .subcommand();
            assertThat(train.<Integer>matchedOptionValue("--vocab-size", 0)).isEqualTo(1000);
        }
        assertThat(CliResult.run("tokenizer", "train", "embedded", "--vocab-size", "many")
                        .err())
                .contains("--vocab-size", "'many' is not a whole number such as 500, 1e3 or 50k")
                .doesNotContain("int", "long");
        assertThat(CliResult.run("tokenizer", "train", "embedded", "--vocab-size", "1.5")
                        .err())
                .contains("'1.5' is not a whole number");
        assertThat(CliResult.run("tokenizer", "train", "embedded", "--vocab-size", "3B")
                        .err())
                .contains("'3B' is more than 2147483647");
    }

    @Test
    void resumeAcceptsOnlyAutoAsInTheHelp() {
        for (String verb : new String[] {"train", "study"}) {
            assertThat(CliResult.run(verb, "absent.yaml", "--resume", "auto").err())
                    .isEqualTo("mojave: absent.yaml does not exist\n");
        }
        assertThat(CliResult.run("train", "recipes/embedded-tiny.yaml", "--resume", "now")
                        .err())
                .startsWith("mojave: --resume accepts only auto, not 'now'");
    }
}
