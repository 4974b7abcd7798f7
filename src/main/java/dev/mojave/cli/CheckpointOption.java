package dev.mojave.cli;

import dev.mojave.run.SavedModel;
import picocli.CommandLine.Option;

/** {@code --checkpoint}: which of a run's models. */
final class CheckpointOption {
    @Option(
            names = "--checkpoint",
            paramLabel = "WHICH",
            description = "last, best, or a step; default: ${DEFAULT-VALUE}.")
    private String which = SavedModel.LAST;

    /** Returns what was typed; {@link SavedModel} checks it. */
    String which() {
        return which;
    }
}
