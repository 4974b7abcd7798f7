package dev.mojave.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;

/**
 * The help of {@code mojave} itself, as a file: laying it out with picocli takes four times as long as reading it. A test holds the
 * file to what picocli prints.
 */
final class HelpText {
    /** The ways to ask for it. */
    static final Set<String> ASKED = Set.of("-h", "--help", "help");

    private HelpText() {}

    /** Returns the text, without its last line end. */
    static String topLevel() throws IOException {
        try (InputStream in = Objects.requireNonNull(HelpText.class.getResourceAsStream("help.txt"), "help.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        }
    }
}
