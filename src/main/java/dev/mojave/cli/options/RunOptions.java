package dev.mojave.cli.options;

import dev.mojave.base.Failure;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of verbs that write a run or a study: its name, and what to do when that exists. */
public final class RunOptions {
    @Option(names = "--name", paramLabel = "NAME", description = "Name of the folder; default: the recipe's name.")
    private @Nullable String name;

    @Option(names = "--overwrite", description = "Replace what has this name.")
    private boolean overwrite;

    @Option(
            names = "--resume",
            paramLabel = "auto",
            description = "auto: go on where the last checkpoint of this name stands, if there is one.")
    private @Nullable String resume;

    /** Returns the name, if one was given. */
    public Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /** Returns whether what exists is replaced. */
    public boolean overwrite() {
        return overwrite;
    }

    /** Returns whether what exists is continued. */
    public boolean resume() {
        if (resume != null && !resume.equals("auto")) {
            throw Failure.usage(
                    "--resume takes auto, not '%s': it goes on from the last checkpoint that is whole", resume);
        }
        return resume != null;
    }
}
