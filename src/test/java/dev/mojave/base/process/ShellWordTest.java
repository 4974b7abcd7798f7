package dev.mojave.base.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a POSIX shell is what the words are for")
class ShellWordTest {
    @Test
    void plainWordsStayPlain() {
        assertThat(ShellWord.line(List.of("runs/a-1", "train.steps=5", "user@host:50%", "1,2+3")))
                .isEqualTo("runs/a-1 train.steps=5 user@host:50% 1,2+3");
    }

    @Test
    void aShellReadsTheSameWordsAgain() throws Exception {
        List<String> words = List.of(
                "",
                "two words",
                "it's",
                "'",
                "''",
                "\"",
                "$HOME",
                "`id`",
                "$(id)",
                "a\\b",
                "\\",
                "two\nlines",
                "\n",
                "~",
                "*",
                "[a-z]?",
                "#x",
                "a;b&c|d>e<f(g)",
                "!1",
                "{a,b}",
                "-x",
                "=",
                "a\tb");
        assertThat(ShellWords.read(ShellWord.line(words))).isEqualTo(words);
    }

    @Test
    void noPathIsAnOption() throws Exception {
        assertThat(ShellWord.of(Path.of("-x.yaml"))).isEqualTo("./-x.yaml");
        assertThat(ShellWords.read(ShellWord.of(Path.of("-x $y.yaml")))).containsExactly("./-x $y.yaml");
        assertThat(ShellWord.of(Path.of("a/-x"))).isEqualTo("a/-x");
    }
}
