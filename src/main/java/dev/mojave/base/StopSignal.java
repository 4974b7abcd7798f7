package dev.mojave.base;

/**
 * How long work learns that it should end: it polls {@link #requested()} between steps, saves what it has and returns. The
 * command line answers with {@link #exitCode()}.
 */
public interface StopSignal {
    /** Never asks to stop: for tests and library users. */
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

    /** Returns whether someone asked to stop; once true it stays true. Cheap enough to ask at every step. */
    boolean requested();

    /** Returns the exit code for work that ended because of the request (128 + signal number), or 0 when there was none. */
    int exitCode();
}
