package dev.mojave.train;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.Units;
import dev.mojave.data.Cut;
import dev.mojave.data.PreparedData;
import dev.mojave.model.LanguageModel;
import dev.mojave.run.Checkpoint;
import dev.mojave.run.MetricsLog;
import dev.mojave.run.Provenances;
import dev.mojave.run.Recipe;
import dev.mojave.run.RecipeDraft;
import dev.mojave.run.Resume;
import dev.mojave.run.RunFolder;
import dev.mojave.run.RunLock;
import dev.mojave.run.SavedModel;
import dev.mojave.run.Status;
import dev.mojave.run.TrainSpec;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.EngineChoice;
import dev.mojave.tensor.engine.ProcessMemory;
import dev.mojave.train.listen.Checkpointing;
import dev.mojave.train.listen.Evaluation;
import dev.mojave.train.listen.ExpertProfiling;
import dev.mojave.train.listen.Listener;
import dev.mojave.train.listen.Log;
import dev.mojave.train.listen.RunPosition;
import dev.mojave.train.listen.Sample;
import dev.mojave.train.listen.ShownProgress;
import dev.mojave.train.listen.StatusFile;
import dev.mojave.train.listen.StepMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One training run from recipe to finished folder: engine, data, model, training, a sample, status and provenance. */
public final class TrainRun {
    /** Weight, gradient and two moments, float32. */
    private static final long BYTES_OF_PARAMETER = 4L * Float.BYTES;

    /**
     * Where a run goes and how it starts.
     *
     * @param output folder under which the run's folder is made
     * @param resume whether a run of that name goes on where it stopped
     * @param overwrite whether a run of that name is replaced
     * @param from a run, or a folder as Hugging Face writes it, whose weights this one starts from
     * @param command what was typed, for the provenance
     */
    public record Options(Path output, boolean resume, boolean overwrite, Optional<Path> from, String command) {
        /** Checks that the ways to start do not contradict each other. */
        public Options {
            if (resume && overwrite) {
                throw Failure.usage("--resume and --overwrite contradict each other: give one of them");
            }
        }
    }

    /**
     * What a run left.
     *
     * @param folder where it is
     * @param finished whether it reached its end; otherwise it was asked to stop and can be resumed
     * @param alreadyFinished whether it had finished before and nothing was done
     */
    public record Result(RunFolder folder, boolean finished, boolean alreadyFinished) {}

    private final RecipeDraft draft;
    private final Options options;
    private final Progress progress;
    private final StopSignal signal;

    private TrainRun(RecipeDraft draft, Options options, Progress progress, StopSignal signal) {
        this.draft = draft;
        this.options = options;
        this.progress = progress;
        this.signal = signal;
    }

    /**
     * Runs until the end or until the signal.
     *
     * @throws Failure of every kind that its parts have; the folder's status then says failed and why
     */
    public static Result run(RecipeDraft draft, Options options, Progress progress, StopSignal signal) {
        TrainRun run = new TrainRun(draft, options, progress, signal);
        boolean there = RunFolder.exists(options.output, draft.name());
        return options.resume && there ? run.resume() : run.start();
    }

    private Result start() {
        if (RunFolder.exists(options.output, draft.name()) && !options.overwrite) {
            // Refused before the data is prepared and the machine measured: create() has the message.
            RunFolder.create(options.output, draft.name(), false);
        }
        EngineChoice engine = Engine.configure(draft.engine(), progress);
        try (PreparedData data = PreparedData.open(draft.data(), progress)) {
            Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
            try (LanguageModel model = build(recipe)) {
                options.from.ifPresent(from -> SavedModel.startFrom(from, model));
                RunFolder folder = RunFolder.planned(options.output, recipe.name());
                TrainJob job = new TrainJob(model, data, recipe.train(), engine, recipe.sha256(), folder);
                try (Trainer trainer = new Trainer(job)) {
                    // Made last: where recipe and data do not fit together no folder is left, and one to be replaced
                    // still stands.
                    RunFolder.create(options.output, recipe.name(), options.overwrite);
                    try (RunLock _ = folder.lock()) {
                        folder.write(recipe);
                        options.from
                                .flatMap(from -> SavedModel.specialTokens(from, data.tokenizer()))
                                .ifPresent(folder::write);
                        folder.write(data.tokenizer());
                        folder.write(Provenances.of(facts(recipe, data, engine)));
                        return train(job, trainer, evaluation(job));
                    }
                }
            }
        }
    }

    /** Builds the model where it fits: an operating system out of memory ends processes without a word. */
    private static LanguageModel build(Recipe recipe) {
        long parameters = recipe.model().counts().total();
        long needed = parameters * BYTES_OF_PARAMETER;
        long free = ProcessMemory.availableBytes();
        if (needed > free) {
            throw Failure.environment(
                    "out of memory: %,d parameters in training take %s (weights, gradients and two moments in float32), and %s"
                            + " are free; lower model.hidden_size, model.num_hidden_layers, model.vocab_size or"
                            + " model.moe.num_experts, or free memory ('./mojave plan RECIPE' predicts the rest)",
                    parameters, Units.bytes((double) needed), Units.bytes((double) free));
        }
        return LanguageModel.build(recipe.model(), recipe.train().seed());
    }

    private Provenances.Facts facts(Recipe recipe, PreparedData data, EngineChoice engine) {
        return new Provenances.Facts(
                recipe.sha256(),
                recipe.data().source(),
                data.checksum(),
                List.of(recipe.train().seed()),
                engine,
                Engine.versions(),
                options.command);
    }

    private Result resume() {
        RunFolder folder = RunFolder.open(RunFolder.path(options.output, draft.name()));
        try (RunLock _ = folder.lock()) {
            Recipe stored = folder.recipe();
            Optional<Long> last = folder.checkpoints().last();
            // Whether or not the run has finished: a result that another recipe gave is no answer to this one.
            boolean otherLength = Resume.check(folder, stored, draft.beside(stored));
            Extension extension = new Extension(folder, stored, last.orElse(0L));
            if (otherLength) {
                extension.check(stored.train().length(), draft.train().length());
            } else if (folder.status().state() == Status.State.FINISHED) {
                return new Result(folder, true, true);
            }
            try (Checkpoint checkpoint = last.isPresent() ? folder.checkpoints().open(last.get()) : null) {
                EngineChoice engine = engine(stored, Optional.ofNullable(checkpoint));
                try (PreparedData data = PreparedData.open(draft.data(), progress)) {
                    Recipe recipe = draft.resolve(data.tokenizer().vocabSize());
                    Resume.check(folder, stored, recipe);
                    requireSameData(folder, Optional.ofNullable(checkpoint), data);
                    Cut cut = data.cut(recipe.model().maxPositionEmbeddings());
                    long before = TotalSteps.of(stored.train(), data.train(), cut);
                    if (otherLength) {
                        extension.check(before, TotalSteps.of(recipe.train(), data.train(), cut));
                    }
                    try (LanguageModel model = build(recipe)) {
                        complete(folder, recipe, data, engine);
                        TrainJob job = new TrainJob(model, data, recipe.train(), engine, recipe.sha256(), folder);
                        Evaluation evaluation = evaluation(job);
                        try (Trainer trainer = new Trainer(job)) {
                            if (checkpoint != null) {
                                trainer.resume(checkpoint);
                            }
                            cutBack(folder, trainer.position().step());
                            trainer.restore(List.of(evaluation));
                            Reopening reopening =
                                    new Reopening(folder, trainer.position().step(), evaluation);
                            reopening.useLoggedBest();
                            if (otherLength) {
                                lengthen(job, trainer, recipe, before, reopening);
                            }
                            return train(job, trainer, evaluation);
                        }
                    }
                }
            }
        }
    }

    /** Forgets what was logged after the checkpoint that the run goes on from. */
    private static void cutBack(RunFolder folder, long step) {
        MetricsLog.truncateAfter(folder.metrics(), step);
        folder.samples().truncateAfter(step);
    }

    /** Lets the folder say that the run is longer: first that it has not finished, so that a process that is killed here leaves no lie. */
    private void lengthen(TrainJob job, Trainer trainer, Recipe recipe, long before, Reopening reopening) {
        RunFolder folder = job.folder();
        folder.write(
                folder.status().with(Status.State.INTERRUPTED, "it goes on to more steps; --resume auto continues it"));
        Runnable write = () -> {
            folder.write(recipe);
            folder.write(folder.provenance().goingOnWith(recipe.sha256(), options.command));
        };
        if (trainer.position().step() == before) {
            reopening.reopen(write);
        } else {
            write.run();
        }
    }

    /** Writes what a process that was killed at its start had not written yet. */
    private void complete(RunFolder folder, Recipe recipe, PreparedData data, EngineChoice engine) {
        if (!Files.exists(folder.path().resolve("tokenizer.json"))) {
            folder.write(data.tokenizer());
        }
        if (!Files.exists(folder.path().resolve("provenance.json"))) {
            folder.write(Provenances.of(facts(recipe, data, engine)));
        }
    }

    /** The run's own engine, so that it goes on bit for bit; another one only if the recipe now asks for it in so many words. */
    private EngineChoice engine(Recipe stored, Optional<Checkpoint> checkpoint) {
        if (checkpoint.isPresent() && stored.engine().equals(draft.engine())) {
            return Engine.pin(EngineChoice.of(checkpoint.get().state().engine()));
        }
        if (!stored.engine().equals(draft.engine())) {
            progress.say("the engine section differs from the run's: it goes on, but not bit for bit as it would have");
        }
        return Engine.configure(draft.engine(), progress);
    }

    private static void requireSameData(RunFolder folder, Optional<Checkpoint> checkpoint, PreparedData data) {
        checkpoint
                .map(c -> c.state().dataSha256())
                .filter(sha -> !sha.equals(data.checksum()))
                .ifPresent(sha -> {
                    throw Failure.data(
                            "%s was trained on other text: the data's SHA-256 is %s..., the run's was %s...; bring the former data back or"
                                    + " start anew with another --name",
                            folder.path(),
                            data.checksum().substring(0, 12),
                            sha.substring(0, Math.min(12, sha.length())));
                });
    }

    private Result train(TrainJob job, Trainer trainer, Evaluation evaluation) {
        RunFolder folder = job.folder();
        job.model().spec().caveats().forEach(caveat -> progress.say("warning: " + caveat));
        RunPosition start = trainer.position();
        StatusFile status = new StatusFile(folder, start.totalSteps(), start.step());
        try (Log log = new Log(folder)) {
            boolean finished = trainer.run(listeners(job, trainer, evaluation, log, status), signal);
            if (finished) {
                status.end(Status.State.FINISHED, null);
            } else {
                status.end(Status.State.INTERRUPTED, "stopped by a signal; --resume auto continues it");
            }
            return new Result(folder, finished, false);
        } catch (RuntimeException e) {
            status.failed(e);
            throw e;
        }
    }

    /** What happens beside training, in this order: what is measured is logged before a checkpoint says that the run got that far. */
    private List<Listener> listeners(TrainJob job, Trainer trainer, Evaluation evaluation, Log log, StatusFile status) {
        TrainSpec spec = job.spec();
        long steps = trainer.position().totalSteps();
        double flops = job.model().spec().counts().flopsPerToken();
        List<Listener> all = new ArrayList<>();
        all.add(new ShownProgress(progress, steps));
        all.add(new StepMetrics(spec.logEvery(), steps, flops, Engine.matmulCeiling(job.engine())));
        all.add(evaluation);
        all.add(log);
        all.add(status);
        all.add(new Checkpointing(spec.checkpoint().every(), log, best -> trainer.save(all, best)));
        all.add(new Sample(
                job.model(), job.data().tokenizer(), spec.seed(), job.folder(), log, status, trainer::position));
        all.add(new ExpertProfiling(job.model(), job.data(), trainer.categories(), job.folder()));
        return all;
    }

    private Evaluation evaluation(TrainJob job) {
        return new Evaluation(job.model(), job.data(), job.spec(), progress);
    }
}
