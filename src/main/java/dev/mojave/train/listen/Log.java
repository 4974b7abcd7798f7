package dev.mojave.train.listen;

import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLog;
import java.util.Map;

/** Writes the metrics of each moment to the run's log. */
public final class Log implements Listener, AutoCloseable {
    private final RunLog log;

    /** Opens the log of a run for appending. */
    public Log(RunFolder folder) {
        this.log = RunLog.open(folder);
    }

    @Override
    public void after(Moment moment) {
        if (!moment.isEmpty()) {
            log.write(moment.line());
        }
        moment.close();
    }

    /** Appends metrics that were measured after the last step. */
    void append(RunPosition position, Map<String, Double> scalars) {
        log.write(position.line(scalars, Map.of()));
        log.force();
    }

    /** Forces the written lines to disk; required before a checkpoint records that the run has reached this step. */
    void force() {
        log.force();
    }

    @Override
    public void close() {
        log.close();
    }
}
