package dev.mojave.train.listen;

import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLog;
import java.util.Map;

/** Writes what was measured at a moment into the run's log. */
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

    /** Adds metrics that were measured after the last step. */
    void append(RunPosition position, Map<String, Double> scalars) {
        log.write(position.line(scalars, Map.of()));
        log.force();
    }

    /** Forces what was written to disk: before a checkpoint says that the run got that far. */
    void force() {
        log.force();
    }

    @Override
    public void close() {
        log.close();
    }
}
