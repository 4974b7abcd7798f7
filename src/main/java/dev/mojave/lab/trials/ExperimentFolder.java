package dev.mojave.lab.trials;

import dev.mojave.base.Failure;
import dev.mojave.base.files.AtomicFiles;
import dev.mojave.base.files.Folders;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Trees;
import dev.mojave.result.Provenance;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLock;
import dev.mojave.run.folder.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of an experiment: recipe.yaml, provenance.json, facts about the data ({@code study.json} or {@code sweep.json}, by
 * kind), trials.json, status.json, results.json, and per trial a run folder {@code trials/GROUP/NAME/} and the output of its
 * process, {@code NAME.log}, next to it.
 */
public final class ExperimentFolder {
    /** The kinds of experiments. */
    public enum Kind {
        /** Arms at matched budgets. */
        STUDY("study", "study.json"),
        /** Points of a search space. */
        SWEEP("sweep", "sweep.json"),
        /** A study repeated over sizes and budgets. */
        MAP("map", "map.json");

        private final String word;
        private final String facts;

        Kind(String word, String facts) {
            this.word = word;
            this.facts = facts;
        }

        /** Returns its name in messages. */
        public String word() {
            return word;
        }
    }

    private static final String TRIALS = "trials";
    private static final String TUNING = "tuning";
    private static final String PROVENANCE = "provenance.json";

    private final Kind kind;
    private final Path path;

    /** Creates the handle of an experiment's folder, which need not exist. */
    public ExperimentFolder(Kind kind, Path path) {
        this.kind = kind;
        this.path = path;
    }

    /** Returns whether a folder is an experiment of this kind. */
    public static boolean is(Kind kind, Path folder) {
        // Studies that are older than sweeps may lack study.json.
        Kind found = Stream.of(Kind.SWEEP, Kind.MAP)
                .filter(one -> Files.isRegularFile(folder.resolve(one.facts)))
                .findFirst()
                .orElse(Kind.STUDY);
        return Files.isDirectory(folder.resolve(TRIALS))
                && Files.isRegularFile(folder.resolve(RunFolder.RECIPE))
                && found == kind;
    }

    /**
     * Opens an existing experiment.
     *
     * @throws Failure of kind USAGE if the folder is not an experiment of this kind
     */
    public static ExperimentFolder open(Kind kind, Path folder) {
        if (!is(kind, folder)) {
            String why = !Files.isDirectory(folder)
                    ? "there is no such folder"
                    : Files.isDirectory(folder.resolve(TRIALS)) ? "it has no " + kind.facts : "it has no " + TRIALS;
            throw Failure.usage("%s is not a %s: %s", folder, kind.word, why);
        }
        return new ExperimentFolder(kind, folder);
    }

    /** Returns the kind. */
    public Kind kind() {
        return kind;
    }

    /** Returns the folder. */
    public Path path() {
        return path;
    }

    /** Returns the path of recipe.yaml. */
    public Path recipe() {
        return path.resolve(RunFolder.RECIPE);
    }

    /** Returns the folder of a group of trials: a study's arm, an arm in a cell of a map, or a sweep's point. */
    public Path group(String group) {
        return path.resolve(TRIALS).resolve(group);
    }

    /** Returns the folder of the trials that tune a group. */
    public Path tuningGroup(String group) {
        return path.resolve(TUNING).resolve(group);
    }

    /** Returns the file of this name. */
    public Path file(String name) {
        return path.resolve(name);
    }

    /**
     * Resumes, rejects or deletes an existing folder, as the options ask, before any costly work.
     *
     * @param recipe the recipe's tree; an experiment resumes only with the recipe that it was started with
     * @param former reads the tree of the recipe in the folder
     * @return whether the existing experiment resumes
     * @throws Failure of kind USAGE if the name is taken or the recipes differ
     */
    public boolean claim(ExperimentOptions options, ObjectNode recipe, Former former) {
        if (!Files.exists(path)) {
            return false;
        }
        boolean same = is(kind, path);
        if (same && options.resume()) {
            check(former.tree(), recipe);
            return true;
        }
        if (same && !options.overwrite()) {
            throw Failure.usage(
                    "%s already exists; continue it with --resume auto, choose another --name, or replace it with --overwrite",
                    path);
        }
        if (!same && !isBegun()) {
            throw Failure.usage(
                    "%s already exists and is not a %s; choose another --name or --output", path, kind.word);
        }
        delete();
        return false;
    }

    /** Reads the recipe that an experiment was started with. */
    public interface Former {
        /** Returns the tree of that recipe. */
        ObjectNode tree();
    }

    /**
     * Checks that the given recipe is the one that the experiment was started with.
     *
     * @throws Failure of kind USAGE that lists the keys that differ
     */
    public void check(ObjectNode former, ObjectNode given) {
        List<Trees.Difference> differences = Trees.differences(former, given);
        if (!differences.isEmpty()) {
            throw Failure.usage(
                    "%s was started with another recipe and cannot resume with this one: %s; undo the change, or start again with another"
                            + " --name",
                    path, differences.stream().map(Trees.Difference::toString).collect(Collectors.joining(", ")));
        }
    }

    /**
     * Returns whether the folder is that of an experiment that ended before its recipe was written, so that there is nothing to
     * keep.
     */
    private boolean isBegun() {
        Set<String> beginning = Set.of(".lock", TRIALS, PROVENANCE, kind.facts);
        try (Stream<Path> content = Files.list(path)) {
            return content.map(Path::getFileName).map(String::valueOf).allMatch(beginning::contains);
        } catch (IOException e) {
            return false;
        }
    }

    /** Creates the folder. */
    public void make() {
        try {
            Files.createDirectories(path.resolve(TRIALS));
        } catch (IOException e) {
            throw IoFailures.of("make the " + kind.word + "'s folder", path, e);
        }
    }

    /** Deletes the folder and its content. */
    private void delete() {
        try (RunLock _ = RunLock.take(path)) {
            Folders.delete(path);
        } catch (IOException e) {
            throw IoFailures.of("remove the " + kind.word, path, e);
        }
    }

    /** Writes data facts, provenance and recipe. The recipe comes last, since it marks the experiment as one that can resume. */
    public void begin(String recipe, DataFacts facts, Provenance provenance) {
        write(kind.facts, Json.pretty(facts) + "\n");
        write(PROVENANCE, Json.pretty(provenance) + "\n");
        write(RunFolder.RECIPE, recipe);
    }

    /** Reads the facts about its data. */
    public DataFacts facts() {
        return Json.read(path.resolve(kind.facts), DataFacts.class);
    }

    /** Reads its provenance. */
    public Provenance provenance() {
        return Json.read(path.resolve(PROVENANCE), Provenance.class);
    }

    /** Writes status.json, with trials as steps. */
    public void status(Status.State state, @Nullable String reason, int done, int all) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        write("status.json", Json.pretty(new Status(state, reason, done, all, now, Map.of())) + "\n");
    }

    /** Writes results.json. */
    public void write(Record result) {
        write("results.json", Json.pretty(result) + "\n");
    }

    /** Writes a file atomically. */
    public void write(String name, String text) {
        Path file = path.resolve(name);
        try {
            AtomicFiles.write(file, text);
        } catch (IOException e) {
            throw IoFailures.of("write " + name, file, e);
        }
    }
}
