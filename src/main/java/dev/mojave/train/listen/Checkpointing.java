package dev.mojave.train.listen;

/**
 * Saves a checkpoint at a fixed interval of steps, at the best evaluation so far, at the end, and when the run is asked to stop.
 */
public final class Checkpointing implements Listener {
    /** Writes a checkpoint of the run's present state. */
    @FunctionalInterface
    public interface Save {
        /** Saves a checkpoint; {@code best} tells whether it is the best so far. */
        void save(boolean best);
    }

    private final long every;
    private final Log log;
    private final Save save;
    private boolean saved = true;

    /** Creates a listener that saves every {@code every} steps, after forcing the log to disk. */
    public Checkpointing(long every, Log log, Save save) {
        this.every = every;
        this.log = log;
        this.save = save;
    }

    @Override
    public void after(Moment moment) {
        saved = moment.last() || moment.best() || moment.step() % every == 0;
        if (saved) {
            save(moment.best());
        }
    }

    @Override
    public void end(boolean finished) {
        if (!saved) {
            save(false);
        }
    }

    private void save(boolean best) {
        log.force();
        save.save(best);
        saved = true;
    }
}
