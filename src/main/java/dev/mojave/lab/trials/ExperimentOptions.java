package dev.mojave.lab.trials;

import dev.mojave.base.Failure;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * How an experiment (a study, a sweep) starts.
 *
 * @param output folder under which its folder is made
 * @param resume whether one of that name goes on
 * @param overwrite whether one of that name is replaced
 * @param command what was typed, for the provenance
 * @param jobs how many trials run side by side; where it is not given, as many as make the most of the machine
 * @param foretell whether to measure first how long it will take, which takes some seconds for small models
 * @param trialCommands the commands that work on a trial's folder
 */
public record ExperimentOptions(
        Path output,
        boolean resume,
        boolean overwrite,
        String command,
        OptionalInt jobs,
        boolean foretell,
        TrialCommands trialCommands) {
    /** Checks that the ways to start do not contradict each other. */
    public ExperimentOptions {
        if (resume && overwrite) {
            throw Failure.usage("--resume and --overwrite contradict each other: give one of them");
        }
    }
}
