package dev.mojave.run.folder;

import dev.mojave.base.Failure;
import dev.mojave.result.RunSummary;
import dev.mojave.result.metric.Metrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Lists the runs under an output folder. */
public final class Runs {
    private Runs() {}

    /** Lists runs and studies' trials, sorted by path. A run with damaged files is listed as failed, with the reason. */
    public static List<RunSummary> list(Path output) {
        return RunFolder.under(output).stream().map(run -> summary(output, run)).toList();
    }

    private static RunSummary summary(Path output, RunFolder run) {
        String name = output.relativize(run.path()).toString();
        String path = run.path().toString();
        try {
            Status status = run.status();
            Map<String, Double> metrics = status.metrics();
            return new RunSummary(
                    name,
                    path,
                    status.state().word(),
                    status.reason(),
                    status.step(),
                    status.totalSteps(),
                    metrics.get(Metrics.TRAIN_LOSS.name()),
                    metrics.get(Metrics.VAL_LOSS.name()),
                    metrics.get(Metrics.BEST_VAL_LOSS.name()),
                    status.heartbeat());
        } catch (Failure e) {
            String failed = Status.State.FAILED.word();
            return new RunSummary(name, path, failed, e.getMessage(), 0, 0, null, null, null, "");
        }
    }
}
