package dev.mojave.base;

/**
 * How long work tells whoever watches where it stands. The command line draws a bar or plain lines; tests and library users
 * take {@link #SILENT}. Implementations are called from the thread that does the work and must return at once.
 */
@Promised
public interface Progress {
    /** Watches nothing. */
    Progress SILENT = new Progress() {
        @Override
        public void start(String title, long total, String unit) {}

        @Override
        public void update(long done, String detail) {}

        @Override
        public void finish(String summary) {}

        @Override
        public void say(String line) {}
    };

    /** Begins a piece of work of {@code total} units (0 when unknown). Starting another replaces it. */
    void start(String title, long total, String unit);

    /** Says how many units are done, with a short detail such as {@code "loss 1.92 · 25k tokens/s"}. */
    void update(long done, String detail);

    /** Ends the piece of work with a line to keep; an empty summary leaves nothing behind. */
    void finish(String summary);

    /** A line to keep, between updates. */
    void say(String line);
}
