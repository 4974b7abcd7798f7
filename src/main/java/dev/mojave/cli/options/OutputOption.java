package dev.mojave.cli.options;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --output}: the folder of runs and studies. */
public final class OutputOption {
    @Option(names = "--output", paramLabel = "DIR", description = "Folder for runs and studies; default: runs.")
    private @Nullable Path output;

    /** Returns the folder; it need not exist. */
    public Path folder() {
        return output == null ? Path.of("runs") : output;
    }

    /** Returns whether the option was given. */
    public boolean given() {
        return output != null;
    }
}
