package dev.mojave.lab.trials;

import java.nio.file.Path;
import java.util.List;

/** The commands that train and measure trials. They are the command line's own verbs, so that users can run them too. */
public interface TrialCommands {
    /** Returns the command that trains a folder, starting from its last checkpoint: {@code mojave train FOLDER --resume auto}. */
    List<String> train(Path folder);

    /**
     * Returns the command that measures a step of a folder's recipe with a number of threads and prints JSON with {@code
     * step_seconds}: {@code mojave plan FOLDER --json --set engine.threads=N}.
     */
    List<String> plan(Path folder, int threads);
}
