package dev.mojave.lab.trials;

import dev.mojave.base.Failure;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Options for starting an experiment, a study or a sweep.
 *
 * @param output folder under which the experiment's folder is created
 * @param resume whether to resume an existing experiment of that name
 * @param overwrite whether to replace an existing experiment of that name
 * @param command the command as typed, for the provenance
 * @param jobs number of trials that run side by side; if empty, as many as give the highest throughput
 * @param foretell whether to first measure how long it will take, which takes some seconds for small models
 * @param trialCommands the commands that train and measure a trial's folder
 */
public record ExperimentOptions(
        Path output,
        boolean resume,
        boolean overwrite,
        String command,
        OptionalInt jobs,
        boolean foretell,
        TrialCommands trialCommands) {
    /** Checks that resume and overwrite are not both set. */
    public ExperimentOptions {
        if (resume && overwrite) {
            throw Failure.usage("--resume and --overwrite contradict each other; give only one of them");
        }
    }
}
