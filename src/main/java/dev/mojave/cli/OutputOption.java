package dev.mojave.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --output}: the folder that runs and studies lie in. */
final class OutputOption {
    @Option(names = "--output", paramLabel = "DIR", description = "Folder that holds runs and studies; default: runs.")
    private @Nullable Path output;

    /** Returns the folder; it need not exist. */
    Path folder() {
        return output == null ? Path.of("runs") : output;
    }

    /** Returns whether it was given. */
    boolean given() {
        return output != null;
    }
}
