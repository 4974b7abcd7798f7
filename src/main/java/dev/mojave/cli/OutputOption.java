package dev.mojave.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --output}: the folder that runs and studies lie in. */
final class OutputOption {
    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Folder that holds runs and studies; default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("runs");

    /** Returns the folder; it need not exist. */
    Path folder() {
        return output;
    }
}
