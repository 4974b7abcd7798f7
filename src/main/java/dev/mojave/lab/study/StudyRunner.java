package dev.mojave.lab.study;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.trials.ExperimentOptions;
import java.nio.file.Path;

/** Runs a study without axes: tuning, if its recipe asks for it, and one comparison; {@link StudySession} does the work. */
public final class StudyRunner {
    /**
     * The outcome of running a study.
     *
     * @param folder the study's folder
     * @param finished whether every trial was attempted; if not, the study was asked to stop and can be resumed
     * @param alreadyFinished whether all trials had finished before, so that nothing was done
     * @param output the study's results; written to results.json if {@code finished}
     */
    public record Result(Path folder, boolean finished, boolean alreadyFinished, StudyResults.Output output) {}

    private StudyRunner() {}

    /**
     * Runs until every trial was attempted or the signal arrives.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the name is taken, or the recipe is invalid or differs from the one that
     *     the study was started with; of other kinds if data or engine fail
     */
    public static Result run(StudyDesign design, ExperimentOptions options, Progress progress, StopSignal signal) {
        StudySession session = new StudySession(design, options, progress, signal);
        return session.run(tried -> {
            StudyResults.Output output = StudyResults.read(session.folder().path());
            if (tried.finished()) {
                session.folder().write(output.result());
            }
            return new Result(session.folder().path(), tried.finished(), tried.nothingToDo(), output);
        });
    }
}
