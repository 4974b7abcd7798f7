package dev.mojave.lab.trials;

import dev.mojave.run.Recipe;
import dev.mojave.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One model to train.
 *
 * @param name what messages call it, for example {@code moe/seed-1}
 * @param folder its run folder, which holds the resolved recipe before anything else
 * @param recipe the resolved recipe, engine choices included
 * @param tokens training tokens, for the progress
 */
public record Trial(String name, Path folder, Recipe recipe, long tokens) {
    /** Returns its run, if it was prepared. */
    public Optional<RunFolder> run() {
        return Files.isDirectory(folder) && RunFolder.isRun(folder)
                ? Optional.of(RunFolder.open(folder))
                : Optional.empty();
    }

    /** Returns whether it trained to its end and everything was measured. */
    public boolean complete() {
        return run().map(run -> run.status().complete()).orElse(false);
    }

    /** Returns the file beside the folder that takes what its process prints. */
    public Path log() {
        return folder.resolveSibling(folder.getFileName() + ".log");
    }
}
