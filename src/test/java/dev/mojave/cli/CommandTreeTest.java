package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommandTreeTest {
    @Test
    void noVerbIsAUsageError() {
        CliResult result = CliResult.run();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("""
                mojave: a verb is missing
                './mojave --help' lists what there is.
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
                './mojave --help' lists what there is.
                """);
    }

    @Test
    void anUnknownVerbSuggestsTheNearest() {
        CliResult result = CliResult.run("model");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith("mojave: unknown verb 'model'; did you mean 'models'?\n");
    }

    @Test
    void resumeTakesAutoAsTheHelpWritesItAndNothingElse() {
        for (String verb : new String[] {"train", "study"}) {
            assertThat(CliResult.run(verb, "absent.yaml", "--resume", "auto").err())
                    .isEqualTo("mojave: absent.yaml does not exist\n");
        }
        assertThat(CliResult.run("train", "recipes/embedded-tiny.yaml", "--resume", "now")
                        .err())
                .startsWith("mojave: --resume takes auto, not 'now'");
    }
}
