package dev.mojave.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;

/**
 * The help text of {@code mojave} itself, which is read from a file because formatting it with picocli takes four times as long. A test
 * compares the file with picocli's output.
 */
final class HelpText {
    /** The arguments that request the help text. */
    static final Set<String> ASKED = Set.of("-h", "--help", "help");

    private HelpText() {}

    /** Returns the text without its final line break. */
    static String topLevel() throws IOException {
        try (InputStream in = Objects.requireNonNull(HelpText.class.getResourceAsStream("help.txt"), "help.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        }
    }
}
