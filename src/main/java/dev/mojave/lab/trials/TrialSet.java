package dev.mojave.lab.trials;

import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Json;
import dev.mojave.run.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The trials of one experiment, in the order in which they start. {@code trials.json} lists them, so that an executor, here or on
 * another machine, needs only the folders.
 */
public final class TrialSet {
    private static final String FILE = "trials.json";

    /**
     * An entry of trials.json.
     *
     * @param name the trial's name in messages
     * @param folder its run folder, relative to the experiment's
     * @param recipeSha256 SHA-256 of its resolved recipe
     * @param tokens number of training tokens
     */
    public record Entry(String name, String folder, String recipeSha256, long tokens) {}

    /**
     * The content of trials.json.
     *
     * @param jobs the largest number of trials that ever ran side by side
     */
    record Listing(int jobs, List<Entry> trials) {
        Listing {
            trials = List.copyOf(trials);
        }
    }

    private final Path folder;
    private final List<Trial> all;

    /**
     * Creates a set of trials.
     *
     * @param folder the experiment's folder, which contains the trials' folders
     * @param all the trials, in the order in which they start
     */
    public TrialSet(Path folder, List<Trial> all) {
        this.folder = folder;
        this.all = List.copyOf(all);
    }

    /** Returns all trials. */
    public List<Trial> all() {
        return all;
    }

    /** Returns the trials that have no complete result yet. */
    public List<Trial> open() {
        return all.stream().filter(trial -> !trial.complete()).toList();
    }

    /**
     * Returns the largest number of trials that ever ran side by side in an experiment's folder; 1 if trials.json does not exist
     * yet.
     */
    public static int jobs(Path folder) {
        Path file = folder.resolve(FILE);
        return Files.exists(file) ? Json.read(file, Listing.class).jobs() : 1;
    }

    /**
     * Writes each trial's recipe into its folder, unless it exists, and writes trials.json.
     *
     * @param jobs number of trials that will run side by side
     * @throws dev.mojave.base.Failure of kind ENVIRONMENT or USAGE if a folder cannot be written
     */
    public void prepare(int jobs) {
        for (Trial trial : all) {
            if (trial.run().flatMap(RunFolder::recipeText).isEmpty()) {
                RunFolder.prepare(trial.folder()).write(trial.recipe());
            }
        }
        Path file = folder.resolve(FILE);
        Listing listing = new Listing(
                Math.max(jobs, jobs(folder)), all.stream().map(this::entry).toList());
        try {
            AtomicFiles.write(file, Json.pretty(listing) + "\n");
        } catch (IOException e) {
            throw IoFailures.of("write " + FILE, file, e);
        }
    }

    private Entry entry(Trial trial) {
        return new Entry(
                trial.name(),
                folder.relativize(trial.folder()).toString().replace('\\', '/'),
                trial.recipe().sha256(),
                trial.tokens());
    }
}
