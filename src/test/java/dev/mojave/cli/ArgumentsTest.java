package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.process.JavaCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ArgumentsTest {
    private static final List<String> LOST = List.of("generate", "runs/a", "--prompt", "Die Gr\uFFFD\uFFFDe");

    private static byte[] line(String... words) {
        return (String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void undecodableArgumentsAreRejectedByName() {
        byte[] latin = "java\0generate\0runs/a\0--prompt\0Die Gr\u00F6\u00DFe\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Arguments.require(LOST, "UTF-8", latin))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContainingAll("the argument 'Die Gr", "character set (UTF-8)", "iconv -t UTF-8");
        byte[] utf8 = line("java", "generate", "runs/a", "--prompt", "Die Größe");
        assertThatThrownBy(() -> Arguments.require(LOST, "ANSI_X3.4-1968", utf8))
                .hasMessageContainingAll("character set (ANSI_X3.4-1968)", "set LC_ALL to a UTF-8 locale");
        assertThatThrownBy(() -> Arguments.require(LOST, "UTF-8", new byte[0])).isInstanceOf(Failure.class);
    }

    @Test
    void theReplacementCharacterMayBeTyped() {
        byte[] typed = line("java", "dev.mojave.cli.Main", "generate", "runs/a", "--prompt", "Die Gr\uFFFD\uFFFDe");
        assertThatCode(() -> Arguments.require(LOST, "UTF-8", typed)).doesNotThrowAnyException();
    }

    private static String run(String locale, String bytes) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "word=$(printf '" + bytes + "'); exec \"$@\" \"$word\"", "sh"));
        command.addAll(JavaCommand.of(List.of(), Main.class, List.of()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", locale);
        return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void argumentsAreCheckedBeforeTheVerb() throws IOException {
        assertThat(run("C", "Gr\\303\\266\\303\\237e")).contains("cannot be decoded", "set LC_ALL to a UTF-8 locale");
        assertThat(run("not_INSTALLED.UTF-8", "Gr\\303\\266\\303\\237e")).contains("set LC_ALL to a UTF-8 locale");
        assertThat(run("C.UTF-8", "Gr\\366\\337e")).contains("cannot be decoded", "iconv");
        assertThat(run("C.UTF-8", "Gr\\303\\266\\303\\237e")).contains("unknown verb 'Größe'");
        assertThat(run("C.UTF-8", "a\\357\\277\\275b")).contains("unknown verb 'a\uFFFDb'");
    }
}
