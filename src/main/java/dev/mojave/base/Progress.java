package dev.mojave.base;

/**
 * Receives the progress of long-running work. The command line draws a bar or prints plain lines; tests and library users
 * pass {@link #SILENT}. Methods are called on the thread that does the work and must return quickly.
 */
@Promised
public interface Progress {
    /** Ignores everything. */
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

    /** Begins a task of {@code total} units (0 if unknown), replacing any previous task. */
    void start(String title, long total, String unit);

    /** Reports how many units are done, with a short detail such as {@code "loss 1.92 · 25k tokens/s"}. */
    void update(long done, String detail);

    /** Ends the task with a line that remains visible; an empty summary prints nothing. */
    void finish(String summary);

    /** Reports a line that remains visible, between updates. */
    void say(String line);
}
