package dev.mojave.lab.study;

import dev.mojave.base.AtomicFiles;
import dev.mojave.base.Failure;
import dev.mojave.base.Folders;
import dev.mojave.base.IoFailures;
import dev.mojave.base.Json;
import dev.mojave.base.Trees;
import dev.mojave.result.Provenance;
import dev.mojave.result.StudyResult;
import dev.mojave.run.RunFolder;
import dev.mojave.run.RunLock;
import dev.mojave.run.Status;
import dev.mojave.run.StudyRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A study's folder: recipe.yaml, provenance.json, study.json, status.json, results.json and a run folder per trial,
 * {@code trials/ARM/seed-N/}, with what its process printed beside it, {@code seed-N.log}.
 */
final class StudyFolder {
    private static final String RECIPE = "recipe.yaml";
    private static final String TRIALS = "trials";
    private static final String PROVENANCE = "provenance.json";
    private static final String FACTS = "study.json";
    private static final Set<String> BEGINNING = Set.of(".lock", TRIALS, PROVENANCE, FACTS);

    private final Path path;

    StudyFolder(Path path) {
        this.path = path;
    }

    /** Says whether a folder is a study's. */
    static boolean isStudy(Path folder) {
        return Files.isDirectory(folder.resolve(TRIALS)) && Files.isRegularFile(folder.resolve(RECIPE));
    }

    /**
     * Opens a study that is there.
     *
     * @throws Failure of kind USAGE if it is not
     */
    static StudyFolder open(Path folder) {
        if (!isStudy(folder)) {
            throw Failure.usage(
                    "%s is not a study: %s",
                    folder, Files.isDirectory(folder) ? "it has no " + TRIALS : "there is no such folder");
        }
        return new StudyFolder(folder);
    }

    Path path() {
        return path;
    }

    /** Says whether a folder is what a study leaves that ended before it had begun: nothing to keep. */
    static boolean isBegun(Path folder) {
        try (Stream<Path> content = Files.list(folder)) {
            return content.map(Path::getFileName).map(String::valueOf).allMatch(BEGINNING::contains);
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes the folder. */
    void make() {
        try {
            Files.createDirectories(path.resolve(TRIALS));
        } catch (IOException e) {
            throw IoFailures.of("make the study's folder", path, e);
        }
    }

    /** Removes the folder with all that it holds. */
    void delete() {
        try (RunLock _ = RunLock.take(path)) {
            Folders.delete(path);
        } catch (IOException e) {
            throw IoFailures.of("remove the study", path, e);
        }
    }

    /** Writes what the study starts from; the recipe last: with it, it is a study that can go on. */
    void begin(StudyRecipe recipe, StudyFacts facts, Provenance provenance) {
        write(FACTS, Json.pretty(facts) + "\n");
        write(PROVENANCE, Json.pretty(provenance) + "\n");
        write(RECIPE, recipe.yaml());
    }

    StudyRecipe recipe() {
        return StudyRecipe.read(path.resolve(RECIPE), List.of());
    }

    StudyFacts facts() {
        return Json.read(path.resolve(FACTS), StudyFacts.class);
    }

    Provenance provenance() {
        return Json.read(path.resolve(PROVENANCE), Provenance.class);
    }

    /**
     * Checks that the study may go on with a recipe: the one that it was started with.
     *
     * @throws Failure of kind USAGE that lists the keys that differ
     */
    void check(StudyRecipe given) {
        List<Trees.Difference> differences = Trees.differences(recipe().tree(), given.tree());
        if (!differences.isEmpty()) {
            throw Failure.usage(
                    "%s was started with another recipe and cannot go on with this one: %s; undo that, or start anew with another"
                            + " --name",
                    path, differences.stream().map(Trees.Difference::toString).collect(Collectors.joining(", ")));
        }
    }

    /** Returns the folder that holds an arm's run folders. */
    Path arm(String arm) {
        return path.resolve(TRIALS).resolve(arm);
    }

    /** Returns where a trial's run folder is or will be. */
    Path trial(Arms.Trial trial) {
        return arm(trial.arm().name()).resolve("seed-" + trial.seed());
    }

    /** Returns a trial's run, if it was begun. */
    Optional<RunFolder> run(Arms.Trial trial) {
        Path folder = trial(trial);
        return Files.isDirectory(folder) && RunFolder.isRun(folder)
                ? Optional.of(RunFolder.open(folder)).filter(RunFolder::begun)
                : Optional.empty();
    }

    /** Writes where the study stands: trials count as steps. */
    void status(Status.State state, @Nullable String reason, int done, int all) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        write("status.json", Json.pretty(new Status(state, reason, done, all, now, Map.of())) + "\n");
    }

    void write(StudyResult result) {
        write("results.json", Json.pretty(result) + "\n");
    }

    private void write(String name, String text) {
        Path file = path.resolve(name);
        try {
            AtomicFiles.write(file, text);
        } catch (IOException e) {
            throw IoFailures.of("write " + name, file, e);
        }
    }
}
