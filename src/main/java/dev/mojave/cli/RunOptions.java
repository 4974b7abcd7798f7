package dev.mojave.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of verbs that write a run or a study: its name, and what to do when that exists. */
final class RunOptions {
    /** The one way to resume: from the last checkpoint that is whole. */
    enum Resume {
        /** Continue where the last complete checkpoint stands; start where there is none. */
        AUTO;

        @Override
        public String toString() {
            return "auto";
        }
    }

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the folder; default: the recipe's name.")
    private @Nullable String name;

    @Option(names = "--overwrite", description = "Replace what has this name.")
    private boolean overwrite;

    @Option(
            names = "--resume",
            paramLabel = "auto",
            description = "auto: go on where the last checkpoint of this name stands, if there is one.")
    private @Nullable Resume resume;

    /** Returns the name, if one was given. */
    Optional<String> name() {
        return Optional.ofNullable(name);
    }

    /** Returns whether what exists is replaced. */
    boolean overwrite() {
        return overwrite;
    }

    /** Returns whether what exists is continued. */
    boolean resume() {
        return resume == Resume.AUTO;
    }
}
