package dev.mojave.base.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads commands as a shell does. */
public final class ShellWords {
    private ShellWords() {}

    /** Returns the words into which {@code sh} splits a command, without running it. */
    public static List<String> read(String command) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder(
                        "sh", "-c", "words() { for word; do printf '%s\\0' \"$word\"; done; }\nwords " + command)
                .redirectErrorStream(true)
                .start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (shell.waitFor() != 0) {
            throw new IOException(said);
        }
        List<String> words = new ArrayList<>(List.of(said.split("\0", -1)));
        words.removeLast();
        return words;
    }
}
