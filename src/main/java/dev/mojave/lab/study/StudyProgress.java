package dev.mojave.lab.study;

import dev.mojave.base.Progress;
import java.util.List;

/**
 * A study's progress in training tokens over all its trials, so that the time left is the whole study's. Told of a trial's
 * progress from another thread.
 */
final class StudyProgress {
    private final Progress progress;
    private final int earlier;
    private final List<Long> tokens;
    private long before;
    private long reached;
    private int current = -1;
    private String name = "";

    /**
     * Watches trials in the order in which they run.
     *
     * @param earlier trials that were finished before
     * @param tokens training tokens of each trial that will run
     */
    StudyProgress(String title, Progress progress, int earlier, List<Long> tokens) {
        this.progress = progress;
        this.earlier = earlier;
        this.tokens = List.copyOf(tokens);
        progress.start(title, tokens.stream().mapToLong(Long::longValue).sum(), "tokens");
    }

    /** The next trial begins. */
    synchronized void next(String trial) {
        before += current >= 0 ? tokens.get(current) : 0;
        current++;
        reached = before;
        name = trial;
        progress.update(before, place());
    }

    /** The current trial tells how far it is. */
    synchronized void update(Message message) {
        long all = tokens.get(current);
        long done = message.total() <= 0 ? 0 : Math.round((double) all * message.done() / message.total());
        // A trial that resumes or evaluates starts counting anew; the study does not go back for it.
        reached = Math.max(reached, before + Math.clamp(done, 0, all));
        progress.update(reached, place() + " · " + message.text());
    }

    /** A line to keep about the current trial. */
    synchronized void say(String line) {
        progress.say(place() + ": " + line);
    }

    synchronized void finish() {
        progress.finish("");
    }

    private String place() {
        return "trial " + (earlier + current + 1) + "/" + (earlier + tokens.size()) + " " + name;
    }
}
