package dev.mojave.run;

import dev.mojave.base.Failure;
import dev.mojave.result.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is under an output folder. */
public final class Runs {
    /** Names in {@link Status#metrics()} of the losses that a list shows. */
    public static final String TRAIN_LOSS = "train/loss";

    /** The last evaluation. */
    public static final String VAL_LOSS = "val/loss";

    /** The best evaluation so far. */
    public static final String BEST_VAL_LOSS = "val/best_loss";

    private Runs() {}

    /** Lists runs and studies' trials, sorted by path; one whose files are damaged is listed as failed, with the reason. */
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
                    metrics.get(TRAIN_LOSS),
                    metrics.get(VAL_LOSS),
                    metrics.get(BEST_VAL_LOSS),
                    status.heartbeat());
        } catch (Failure e) {
            String failed = Status.State.FAILED.word();
            return new RunSummary(name, path, failed, e.getMessage(), 0, 0, null, null, null, "");
        }
    }
}
