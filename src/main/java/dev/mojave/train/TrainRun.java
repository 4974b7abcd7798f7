package dev.mojave.train;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.Units;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelCounts;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.optim.OptimizerSpec;
import dev.mojave.result.Provenance;
import dev.mojave.run.folder.Provenances;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunLock;
import dev.mojave.run.model.SavedModel;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import dev.mojave.train.listen.Evaluation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Executes a training run from its recipe to the finished folder: engine, data, model, training, a text sample, status and
 * provenance.
 */
public final class TrainRun {
    /** Values per parameter besides the optimiser's state: the weight and its gradient. */
    private static final int WITHOUT_OPTIMIZER = 2;

    /**
     * Options for starting a run.
     *
     * @param output folder under which the run's folder is created
     * @param resume whether to resume an existing run of that name
     * @param overwrite whether to replace an existing run of that name
     * @param from a run, or a folder in Hugging Face's format, whose weights this run starts from
     * @param command the command as typed, for the provenance
     */
    public record Options(Path output, boolean resume, boolean overwrite, Optional<Path> from, String command) {
        /** Checks that resume and overwrite are not both set. */
        public Options {
            if (resume && overwrite) {
                throw Failure.usage("--resume and --overwrite contradict each other; give only one of them");
            }
        }
    }

    /**
     * The outcome of a run.
     *
     * @param folder the run's folder
     * @param finished whether it reached its end; if not, it was asked to stop and can be resumed
     * @param alreadyFinished whether it had finished before, so that nothing was done
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
     * Runs until the end of training or until the signal arrives.
     *
     * @throws Failure of any kind; the run's status is then failed, with the reason
     */
    public static Result run(RecipeDraft draft, Options options, Progress progress, StopSignal signal) {
        TrainRun run = new TrainRun(draft, options, progress, signal);
        boolean there = RunFolder.exists(options.output, draft.name());
        return options.resume && there ? new Resumption(draft, options, progress, signal).run() : run.start();
    }

    private Result start() {
        if (RunFolder.exists(options.output, draft.name()) && !options.overwrite) {
            // Fails before the data is prepared and the machine is measured; create() throws the message.
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
                    // Created last, so that an error in recipe or data leaves no new folder and does not delete one to
                    // be replaced.
                    RunFolder.create(options.output, recipe.name(), options.overwrite);
                    try (RunLock _ = folder.lock()) {
                        folder.write(recipe);
                        options.from
                                .flatMap(from -> SavedModel.specialTokens(from, data.tokenizer()))
                                .ifPresent(folder::write);
                        folder.write(data.tokenizer());
                        folder.write(provenance(recipe, data, engine, options));
                        Evaluation evaluation = Training.evaluation(job, progress);
                        boolean finished = new Training(job, trainer, progress, signal).run(evaluation);
                        return new Result(folder, finished, false);
                    }
                }
            }
        }
    }

    /**
     * Builds the model after checking that training fits into memory, since an operating system that runs out of memory kills
     * processes without a message.
     */
    static LanguageModel build(Recipe recipe) {
        long parameters = recipe.model().counts().total();
        long needed = bytes(recipe.model().counts(), recipe.train().optimizer());
        long free = ProcessMemory.availableBytes();
        if (needed > free) {
            throw Failure.environment(
                    "out of memory: training %,d parameters takes %s (weights, gradients and the state of %s, in float32), but only %s"
                            + " is free; lower model.hidden_size, model.num_hidden_layers, model.vocab_size or"
                            + " model.moe.num_experts, or free memory ('./mojave plan RECIPE' predicts the total)",
                    parameters,
                    Units.bytes((double) needed),
                    recipe.train().optimizer().kind(),
                    Units.bytes((double) free));
        }
        return LanguageModel.build(recipe.model(), recipe.train().seed());
    }

    /**
     * Returns the bytes of weights, gradients and optimiser state; the few parameters that are neither matrices of blocks nor
     * embeddings are counted as matrices.
     */
    static long bytes(ModelCounts counts, OptimizerSpec optimizer) {
        long body = counts.withoutEmbeddings() * (WITHOUT_OPTIMIZER + optimizer.remembered(Role.MATRIX));
        long around = (counts.total() - counts.withoutEmbeddings())
                * (WITHOUT_OPTIMIZER + optimizer.remembered(Role.EMBEDDING));
        return (body + around) * Float.BYTES;
    }

    /** Returns the provenance of a run that this process trains. */
    static Provenance provenance(Recipe recipe, PreparedData data, EngineChoice engine, Options options) {
        return Provenances.of(new Provenances.Facts(
                recipe.sha256(),
                recipe.data().source(),
                data.checksum(),
                List.of(recipe.train().seed()),
                engine,
                Engine.versions(),
                options.command,
                options.from.map(SavedModel::startedFrom)));
    }
}
