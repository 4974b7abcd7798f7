package dev.mojave.lab.study;

import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.StudyRecipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where a study's files are: an experiment's folder whose groups of trials are arms, {@code trials/ARM/seed-N/}. */
final class StudyFolder {
    private final ExperimentFolder folder;

    StudyFolder(Path path) {
        this(new ExperimentFolder(ExperimentFolder.Kind.STUDY, path));
    }

    private StudyFolder(ExperimentFolder folder) {
        this.folder = folder;
    }

    /** Says whether a folder is a study's. */
    static boolean isStudy(Path folder) {
        return ExperimentFolder.is(ExperimentFolder.Kind.STUDY, folder);
    }

    /**
     * Opens a study that is there.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if it is not
     */
    static StudyFolder open(Path folder) {
        return new StudyFolder(ExperimentFolder.open(ExperimentFolder.Kind.STUDY, folder));
    }

    /** Returns the folder as any experiment has it. */
    ExperimentFolder files() {
        return folder;
    }

    Path path() {
        return folder.path();
    }

    StudyRecipe recipe() {
        return StudyRecipe.read(folder.recipe(), List.of());
    }

    /** Returns where a trial's run folder is or will be. */
    Path trial(Arms.Trial trial) {
        return folder.group(trial.arm().name()).resolve("seed-" + trial.seed());
    }

    /** Returns a trial's run, if it was begun. */
    Optional<RunFolder> run(Arms.Trial trial) {
        Path path = trial(trial);
        return Files.isDirectory(path) && RunFolder.isRun(path)
                ? Optional.of(RunFolder.open(path)).filter(RunFolder::begun)
                : Optional.empty();
    }
}
