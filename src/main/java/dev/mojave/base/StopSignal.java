package dev.mojave.base;

/**
 * Tells long-running work when to stop: the work polls {@link #requested()} between steps, saves its state and returns. The
 * command line then exits with {@link #exitCode()}.
 */
public interface StopSignal {
    /** Never requests a stop; for tests and library users. */
    StopSignal NEVER = new StopSignal() {
        @Override
        public boolean requested() {
            return false;
        }

        @Override
        public int exitCode() {
            return 0;
        }
    };

    /** Returns whether a stop was requested; once true, it stays true. It is cheap enough to be called at every step. */
    boolean requested();

    /** Returns the exit code of work that ended because of a request (128 + signal number), or 0 if there was none. */
    int exitCode();
}
