package dev.mojave.train.listen;

/** Saves every so many steps, at the best evaluation, at the end, and where the run is asked to stop. */
public final class Checkpointing implements Listener {
    /** Writes a checkpoint of the run as it stands. */
    @FunctionalInterface
    public interface Save {
        /** Saves; {@code best} says whether it is the best so far. */
        void save(boolean best);
    }

    private final long every;
    private final Log log;
    private final Save save;
    private boolean saved = true;

    /** Saves, the log first. */
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
