package dev.mojave.cli.options;

import dev.mojave.run.model.SavedModel;
import picocli.CommandLine.Option;

/** {@code --checkpoint}: which of a run's models. */
public final class CheckpointOption {
    @Option(
            names = "--checkpoint",
            paramLabel = "WHICH",
            description = "last, best, or a step; default: ${DEFAULT-VALUE}.")
    private String which = SavedModel.LAST;

    /** Returns what was typed; {@link SavedModel} checks it. */
    public String which() {
        return which;
    }
}
