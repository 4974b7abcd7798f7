package dev.mojave.cli;

import dev.mojave.cli.console.Console;
import dev.mojave.cli.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The result of one command line, run inside the test's JVM. */
public record CliResult(int code, String out, String err) {
    public static CliResult run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        Console console = new Console(new PrintStream(out, true, StandardCharsets.UTF_8), () -> errors, Terminal.NONE);
        int code = Main.run(console, arguments);
        return new CliResult(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
