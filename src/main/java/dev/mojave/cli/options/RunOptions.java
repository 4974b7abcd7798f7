package dev.mojave.cli.options;

import dev.mojave.base.Failure;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of verbs that write a run or a study: its name, and what to do if it exists. */
public final class RunOptions {
    @Option(names = "--name", paramLabel = "NAME", description = "Name of the folder; default: the recipe's name.")
    private @Nullable String name;

    @Option(names = "--overwrite", description = "Replace an existing folder of this name.")
    private boolean overwrite;

    @Option(
            names = "--resume",
            paramLabel = "auto",
            description = "auto: resume from the last checkpoint under this name, if there is one.")
    private @Nullable String resume;

    /** Returns the name, if one was given. */
    public Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /** Returns whether an existing folder is replaced. */
    public boolean overwrite() {
        return overwrite;
    }

    /** Returns whether an existing run or study is resumed. */
    public boolean resume() {
        if (resume != null && !resume.equals("auto")) {
            throw Failure.usage(
                    "--resume accepts only auto, not '%s': it resumes from the last complete checkpoint", resume);
        }
        return resume != null;
    }
}
