package dev.mojave.train;

import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.run.recipe.RecipeDraft;
import java.nio.file.Path;
import java.util.Optional;

/** Training runs of tests, without progress output and from random initial weights. */
final class Runs {
    private Runs() {}

    static TrainRun.Result run(RecipeDraft draft, Path output, boolean resume, StopSignal signal) {
        return TrainRun.run(
                draft, new TrainRun.Options(output, resume, false, Optional.empty(), "test"), Progress.SILENT, signal);
    }
}
