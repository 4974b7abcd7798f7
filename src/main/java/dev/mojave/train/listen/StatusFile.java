package dev.mojave.train.listen;

import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps a run's status.json current, with at most one write every two seconds during training. */
public final class StatusFile implements Listener {
    private static final long INTERVAL_NANOS = 2_000_000_000L;

    private final RunFolder folder;
    private final long totalSteps;
    private final Map<String, Double> metrics = new TreeMap<>();
    private long step;
    private long written;

    /** Creates the listener and records that the run is training. */
    public StatusFile(RunFolder folder, long totalSteps, long step) {
        this.folder = folder;
        this.totalSteps = totalSteps;
        this.step = step;
        write(Status.State.RUNNING, null);
    }

    @Override
    public void after(Moment moment) {
        beat(moment.step(), moment.scalars());
    }

    /** Updates the number of steps done and the metrics; {@code newest} are metrics by standard name. */
    void beat(long newStep, Map<String, Double> newest) {
        step = newStep;
        for (Metric metric : List.of(Metrics.TRAIN_LOSS, Metrics.VAL_LOSS)) {
            Double value = newest.get(metric.name());
            if (value != null) {
                metrics.put(metric.name(), value);
            }
        }
        Double loss = newest.get(Metrics.VAL_LOSS.name());
        if (loss != null) {
            metrics.merge(Metrics.BEST_VAL_LOSS.name(), loss, Math::min);
        }
        if (System.nanoTime() - written > INTERVAL_NANOS) {
            write(Status.State.RUNNING, null);
        }
    }

    /** Writes the final status of this process. */
    public void end(Status.State state, @Nullable String reason) {
        write(state, reason);
    }

    /** Writes why this process failed. If even that fails, as on a full disk, the first failure is the one to report. */
    public void failed(RuntimeException failure) {
        try {
            write(Status.State.FAILED, String.valueOf(failure.getMessage()));
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void write(Status.State state, @Nullable String reason) {
        folder.write(new Status(state, reason, step, totalSteps, Instant.now().toString(), metrics));
        written = System.nanoTime();
    }
}
