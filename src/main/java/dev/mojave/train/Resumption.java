package dev.mojave.train;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.window.RowLayout;
import dev.mojave.model.LanguageModel;
import dev.mojave.result.Provenance.StartedFrom;
import dev.mojave.run.checkpoint.Checkpoint;
import dev.mojave.run.folder.Resume;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLock;
import dev.mojave.run.folder.Status;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.model.SavedModel;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.train.listen.Evaluation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Resumes a run from its last checkpoint, with the recipe, data and engine that it was started with. */
final class Resumption {
    private final RecipeDraft draft;
    private final TrainRun.Options options;
    private final Progress progress;
    private final StopSignal signal;

    /** Creates the resumption of the existing run with the draft's name. */
    Resumption(RecipeDraft draft, TrainRun.Options options, Progress progress, StopSignal signal) {
        this.draft = draft;
        this.options = options;
        this.progress = progress;
        this.signal = signal;
    }

    /**
     * Trains until the run ends or the signal arrives.
     *
     * @throws Failure of kind USAGE if the recipe differs from the run's
     */
    TrainRun.Result run() {
        RunFolder folder = RunFolder.open(RunFolder.path(options.output(), draft.name()));
        try (RunLock _ = folder.lock()) {
            Recipe stored = folder.recipe();
            Optional<Long> last = folder.checkpoints().last();
            // Even if the run has finished: the result of another recipe must not be passed off as this one's.
            boolean otherLength = Resume.check(folder, stored, draft.beside(stored));
            Extension extension = new Extension(folder, stored, last.orElse(0L));
            if (otherLength) {
                extension.check(stored.train().length(), draft.train().length());
            } else if (folder.status().state() == Status.State.FINISHED) {
                return new TrainRun.Result(folder, true, true);
            }
            try (Checkpoint checkpoint = last.isPresent() ? folder.checkpoints().open(last.get()) : null) {
                EngineChoice engine = engine(stored, Optional.ofNullable(checkpoint));
                try (PreparedData data = PreparedData.open(draft.data(), progress)) {
                    Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
                    Resume.check(folder, stored, recipe);
                    requireSameData(folder, Optional.ofNullable(checkpoint), data);
                    RowLayout cut = data.cut(recipe.model().maxPositionEmbeddings());
                    long before = TotalSteps.of(stored.train(), data.train(), cut);
                    if (otherLength) {
                        extension.check(before, TotalSteps.of(recipe.train(), data.train(), cut));
                    }
                    try (LanguageModel model = TrainRun.build(recipe)) {
                        complete(folder, recipe, data, engine);
                        TrainJob job = new TrainJob(model, data, recipe.train(), engine, recipe.sha256(), folder);
                        Evaluation evaluation = Training.evaluation(job, progress);
                        try (Trainer trainer = new Trainer(job)) {
                            if (checkpoint != null) {
                                trainer.resume(checkpoint);
                            } else {
                                startedFrom(folder).ifPresent(from -> SavedModel.startFrom(from, model));
                            }
                            cutBack(folder, trainer.position().step());
                            trainer.restore(evaluation);
                            Reopening reopening =
                                    new Reopening(folder, trainer.position().step(), evaluation);
                            reopening.useLoggedBest();
                            if (otherLength) {
                                lengthen(job, trainer, recipe, before, reopening);
                            }
                            boolean finished = new Training(job, trainer, progress, signal).run(evaluation);
                            return new TrainRun.Result(folder, finished, false);
                        }
                    }
                }
            }
        }
    }

    /**
     * Returns the source of a run's initial weights, which a run without a checkpoint starts from again; they must be unchanged.
     */
    private Optional<Path> startedFrom(RunFolder folder) {
        StartedFrom before = folder.provenance().startedFrom();
        if (before == null) {
            return Optional.empty();
        }
        Path from = Path.of(before.path());
        if (!SavedModel.startedFrom(from).equals(before)) {
            throw Failure.data(
                    "%s was started from %s, whose weights have changed since; start again with --overwrite",
                    folder.path(), from);
        }
        return Optional.of(from);
    }

    /** Removes everything that was logged after the checkpoint from which the run resumes. */
    private static void cutBack(RunFolder folder, long step) {
        MetricsLog.truncateAfter(folder.metrics(), step);
        folder.samples().truncateAfter(step);
    }

    /**
     * Records the new length in the folder. The status changes first, so that it is correct even if this process is killed in
     * between.
     */
    private void lengthen(TrainJob job, Trainer trainer, Recipe recipe, long before, Reopening reopening) {
        RunFolder folder = job.folder();
        folder.write(
                folder.status().with(Status.State.INTERRUPTED, "its length was increased; --resume auto continues it"));
        Runnable write = () -> {
            folder.write(recipe);
            folder.write(folder.provenance().goingOnWith(recipe.sha256(), options.command()));
        };
        if (trainer.position().step() == before) {
            reopening.reopen(write);
        } else {
            write.run();
        }
    }

    /** Writes the files that a process that was killed at its start had not written yet. */
    private void complete(RunFolder folder, Recipe recipe, PreparedData data, EngineChoice engine) {
        if (!Files.exists(folder.path().resolve("tokenizer.json"))) {
            folder.write(data.tokenizer());
        }
        if (!Files.exists(folder.path().resolve("provenance.json"))) {
            folder.write(TrainRun.provenance(recipe, data, engine, options));
        }
    }

    /** Returns the run's own engine, so that it resumes bit for bit, unless the recipe now explicitly requests another one. */
    private EngineChoice engine(Recipe stored, Optional<Checkpoint> checkpoint) {
        if (checkpoint.isPresent() && stored.engine().equals(draft.engine())) {
            return Engine.pin(EngineChoice.of(checkpoint.get().state().engine()));
        }
        if (!stored.engine().equals(draft.engine())) {
            progress.say("the engine section differs from the run's, so the run does not resume bit for bit");
        }
        return Engine.configure(draft.engine(), progress);
    }

    private static void requireSameData(RunFolder folder, Optional<Checkpoint> checkpoint, PreparedData data) {
        checkpoint
                .map(c -> c.state().dataSha256())
                .filter(sha -> !sha.equals(data.checksum()))
                .ifPresent(sha -> {
                    throw Failure.data(
                            "%s was trained on different data: the SHA-256 is now %s..., the run's was %s...; restore the former data, or"
                                    + " start again with another --name",
                            folder.path(),
                            data.checksum().substring(0, 12),
                            sha.substring(0, Math.min(12, sha.length())));
                });
    }
}
