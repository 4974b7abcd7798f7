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

/** What a run must have for it to be trained again and compared: an end, a checkpoint, and the weights that it began with. */
final class Reproducible {
    private Reproducible() {}

    /**
     * Opens a run that has ended.
     *
     * @throws Failure of kind USAGE that says what it lacks
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
            throw Failure.usage("%s is a study: name one of its trials%s", folder, first);
        } catch (IOException e) {
            throw IoFailures.of("list the trials", trials, e);
        }
    }

    private static void requireFinished(RunFolder run) {
        Status status = run.status();
        if (!status.complete()) {
            throw Failure.usage(
                    "%s cannot be reproduced, it is not finished (%s): let it train to its end first, with: mojave train %s --resume"
                            + " auto",
                    run.path(), status.state().word(), ShellWord.of(run.path()));
        }
        if (run.provenance().seeds().isEmpty()) {
            throw Failure.usage(
                    "%s cannot be reproduced: it was imported, and how its model was trained is not known", run.path());
        }
        if (run.checkpoints().last().isEmpty()) {
            throw Failure.usage(
                    "%s cannot be reproduced: its checkpoints are gone, there is nothing to compare with", run.path());
        }
    }

    /**
     * Returns where the weights lie that the run was started with; nothing if they were random.
     *
     * @throws Failure of kind USAGE if they are not there any more, or are others now
     */
    static Optional<Path> startedFrom(RunFolder run) {
        Provenance provenance = run.provenance();
        StartedFrom from = provenance.startedFrom();
        if (from == null) {
            if (provenance.command().contains(" --from ")) {
                throw Failure.usage(
                        "%s cannot be reproduced: it was started with --from, and its provenance.json does not say which weights"
                                + " they were, since an older Mojave wrote it",
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
                            "%s cannot be reproduced: it was started from the weights of %s, which are not there: %s",
                            run.path(), path, String.valueOf(e.getMessage()))
                    .because(e);
        }
        if (!now.equals(from.weightsSha256())) {
            throw Failure.usage(
                    "%s cannot be reproduced: it was started from the weights of %s, which has others now: their SHA-256 was %s... and"
                            + " is %s...",
                    run.path(), path, from.weightsSha256().substring(0, 12), now.substring(0, 12));
        }
        return Optional.of(path);
    }
}
