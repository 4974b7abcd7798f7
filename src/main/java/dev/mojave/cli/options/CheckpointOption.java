package dev.mojave.cli.options;

import dev.mojave.run.model.SavedModel;
import picocli.CommandLine.Option;

/** {@code --checkpoint}: the checkpoint of a run to use. */
public final class CheckpointOption {
    @Option(
            names = "--checkpoint",
            paramLabel = "WHICH",
            description = "Checkpoint to use: last, best or a step; default: ${DEFAULT-VALUE}.")
    private String which = SavedModel.LAST;

    /** Returns the value as typed; {@link SavedModel} checks it. */
    public String which() {
        return which;
    }
}
