package dev.mojave.lab.reproduce;

import dev.mojave.base.Failure;
import dev.mojave.base.files.IoFailures;
import dev.mojave.base.process.ShellWord;
import dev.mojave.result.Provenance;
import dev.mojave.result.Provenance.StartedFrom;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.model.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checks that a run can be trained again and compared: that it is finished and has a checkpoint and the weights that it started
 * from.
 */
final class Reproducible {
    private Reproducible() {}

    /**
     * Opens a finished run.
     *
     * @throws Failure of kind USAGE that names what is missing
     */
    static RunFolder open(Path folder) {
        requireRun(folder);
        RunFolder run = RunFolder.open(folder);
        requireFinished(run);
        return run;
    }

    private static void requireRun(Path folder) {
        Path trials = folder.resolve("trials");
        if (!Files.isDirectory(trials)) {
            return;
        }
        try (Stream<Path> under = Files.walk(trials, 2)) {
            String first = under.filter(path -> Files.isDirectory(path) && RunFolder.isRun(path))
                    .sorted()
                    .findFirst()
                    .map(path -> ", for example " + path)
                    .orElse("");
            throw Failure.usage("%s is a study or a sweep; name one of its trials%s", folder, first);
        } catch (IOException e) {
            throw IoFailures.of("list the trials", trials, e);
        }
    }

    private static void requireFinished(RunFolder run) {
        Status status = run.status();
        if (!status.complete()) {
            throw Failure.usage(
                    "%s cannot be reproduced because it is not finished (%s); finish it first with: mojave train %s --resume"
                            + " auto",
                    run.path(), status.state().word(), ShellWord.of(run.path()));
        }
        if (run.provenance().seeds().isEmpty()) {
            throw Failure.usage(
                    "%s cannot be reproduced: it was imported, so it is not known how its model was trained",
                    run.path());
        }
        if (run.checkpoints().last().isEmpty()) {
            throw Failure.usage(
                    "%s cannot be reproduced: its checkpoints were deleted, so there is nothing to compare with",
                    run.path());
        }
    }

    /**
     * Returns the folder of the weights that the run was started from; empty if it began with random weights.
     *
     * @throws Failure of kind USAGE if the weights are gone or have changed
     */
    static Optional<Path> startedFrom(RunFolder run) {
        Provenance provenance = run.provenance();
        StartedFrom from = provenance.startedFrom();
        if (from == null) {
            if (provenance.command().contains(" --from ")) {
                throw Failure.usage(
                        "%s cannot be reproduced: it was started with --from, but its provenance.json does not record which weights"
                                + " because an older version of Mojave wrote it",
                        run.path());
            }
            return Optional.empty();
        }
        Path path = Path.of(from.path());
        String now;
        try {
            now = SavedModel.startedFrom(path).weightsSha256();
        } catch (Failure e) {
            throw Failure.usage(
                            "%s cannot be reproduced: it was started from the weights in %s, which cannot be read: %s",
                            run.path(), path, String.valueOf(e.getMessage()))
                    .because(e);
        }
        if (!now.equals(from.weightsSha256())) {
            throw Failure.usage(
                    "%s cannot be reproduced: it was started from the weights in %s, which have changed: their SHA-256 was %s... and"
                            + " is now %s...",
                    run.path(), path, from.weightsSha256().substring(0, 12), now.substring(0, 12));
        }
        return Optional.of(path);
    }
}
