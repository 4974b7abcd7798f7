package dev.mojave.lab.map;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.study.StudySession;
import dev.mojave.lab.trials.ExperimentOptions;
import dev.mojave.result.study.MapResult;
import java.nio.file.Path;

/** Runs a study with axes; {@link StudySession} does the work. */
public final class MapRunner {
    /**
     * The outcome of running a map.
     *
     * @param folder the map's folder
     * @param finished whether every trial was attempted; if not, the map was asked to stop and can be resumed
     * @param alreadyFinished whether all trials had finished before, so that nothing was done
     * @param result the map's results; written to results.json if {@code finished}
     */
    public record Result(Path folder, boolean finished, boolean alreadyFinished, MapResult result) {}

    private MapRunner() {}

    /**
     * Runs until every trial was attempted or the signal asks to stop.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the name is taken, the recipe does not hold together, or is another than the map's; of
     *     the kinds of the data and the engine
     */
    public static Result run(StudyDesign design, ExperimentOptions options, Progress progress, StopSignal signal) {
        StudySession session = new StudySession(design, options, progress, signal);
        return session.run(tried -> {
            MapResult result = MapResults.read(session.folder().path());
            if (tried.finished()) {
                session.folder().write(result);
            }
            return new Result(session.folder().path(), tried.finished(), tried.nothingToDo(), result);
        });
    }
}
