package dev.mojave.lab.study;

import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.StudyRecipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A study's folder: an experiment's folder whose groups of trials are arms, {@code trials/ARM/seed-N/}. */
final class StudyFolder {
    private final ExperimentFolder folder;

    StudyFolder(Path path) {
        this(new ExperimentFolder(ExperimentFolder.Kind.STUDY, path));
    }

    private StudyFolder(ExperimentFolder folder) {
        this.folder = folder;
    }

    /** Returns whether a folder is a study's. */
    static boolean isStudy(Path folder) {
        return ExperimentFolder.is(ExperimentFolder.Kind.STUDY, folder);
    }

    /**
     * Opens an existing study.
     *
     * @throws dev.mojave.base.Failure of kind USAGE if the folder is not a study
     */
    static StudyFolder open(Path folder) {
        return new StudyFolder(ExperimentFolder.open(ExperimentFolder.Kind.STUDY, folder));
    }

    /** Returns the folder with the operations that all experiments share. */
    ExperimentFolder files() {
        return folder;
    }

    Path path() {
        return folder.path();
    }

    StudyRecipe recipe() {
        return StudyRecipe.read(folder.recipe(), List.of());
    }

    /** Returns the path of a trial's run folder, whether or not it exists. */
    Path trial(Arms.Trial trial) {
        return folder.group(trial.arm().name()).resolve("seed-" + trial.seed());
    }

    /** Returns a trial's run; empty if it has not begun. */
    Optional<RunFolder> run(Arms.Trial trial) {
        Path path = trial(trial);
        return Files.isDirectory(path) && RunFolder.isRun(path)
                ? Optional.of(RunFolder.open(path)).filter(RunFolder::begun)
                : Optional.empty();
    }
}
