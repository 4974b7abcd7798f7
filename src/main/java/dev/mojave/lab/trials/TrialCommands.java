package dev.mojave.lab.trials;

import java.nio.file.Path;
import java.util.List;

/** The commands by which trials are worked on: the command line's own verbs, so that anyone can give them by hand. */
public interface TrialCommands {
    /** Returns the command that trains a folder from its last checkpoint on: {@code mojave train FOLDER --resume auto}. */
    List<String> train(Path folder);

    /**
     * Returns the command that prints what a step of a folder's recipe takes with some threads, as JSON with {@code step_seconds}:
     * {@code mojave plan FOLDER --json --set engine.threads=N}.
     */
    List<String> plan(Path folder, int threads);
}
