package dev.mojave.cli.options;

import dev.mojave.cli.console.Console;
import picocli.CommandLine.Option;

/** {@code --json}, for verbs whose results programs may want to read. */
public final class JsonOption {
    @Option(names = "--json", description = "Print the result as JSON on standard output.")
    private boolean json;

    /** Returns whether JSON was requested; if so, reserves standard output for it. */
    public boolean chosen(Console console) {
        if (json) {
            console.reserveOutput();
        }
        return json;
    }
}
