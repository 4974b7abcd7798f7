package dev.mojave.cli.options;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --output}: the folder that runs and studies lie in. */
public final class OutputOption {
    @Option(names = "--output", paramLabel = "DIR", description = "Folder that holds runs and studies; default: runs.")
    private @Nullable Path output;

    /** Returns the folder; it need not exist. */
    public Path folder() {
        return output == null ? Path.of("runs") : output;
    }

    /** Returns whether it was given. */
    public boolean given() {
        return output != null;
    }
}
