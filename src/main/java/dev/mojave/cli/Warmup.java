package dev.mojave.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * What the launcher runs once after a build to record the classes that a start loads (JEP 514). It exercises the command line with
 * output that goes nowhere, and stays away from native libraries: loading those would cost every first start seconds.
 */
final class Warmup {
    private Warmup() {}

    /** Runs the recorded starts; failures do not matter, they are part of what a start may do. */
    public static void main(String[] arguments) {
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            Console console = new Console(nowhere, () -> nowhere, Terminal.detect());
            Main.run(console, "--help");
            Main.run(console, "--version");
            Main.run(console, "no-such-verb");
            Main.run(console, "models");
            Main.run(console, "models", "--json");
            for (Object verb : Verbs.all()) {
                Main.run(console, new CommandLine(verb).getCommandName(), "--help");
            }
        }
    }
}
