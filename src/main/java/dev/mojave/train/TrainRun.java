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

/** One training run from recipe to finished folder: engine, data, model, training, a sample, status and provenance. */
public final class TrainRun {
    /** A weight and its gradient. */
    private static final int WITHOUT_OPTIMIZER = 2;

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
        return options.resume && there ? new Resumption(draft, options, progress, signal).run() : run.start();
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
                        folder.write(provenance(recipe, data, engine, options));
                        Evaluation evaluation = Training.evaluation(job, progress);
                        boolean finished = new Training(job, trainer, progress, signal).run(evaluation);
                        return new Result(folder, finished, false);
                    }
                }
            }
        }
    }

    /** Builds the model where it fits: an operating system out of memory ends processes without a word. */
    static LanguageModel build(Recipe recipe) {
        long parameters = recipe.model().counts().total();
        long needed = bytes(recipe.model().counts(), recipe.train().optimizer());
        long free = ProcessMemory.availableBytes();
        if (needed > free) {
            throw Failure.environment(
                    "out of memory: %,d parameters in training take %s (weights, gradients and what %s remembers, in float32), and %s"
                            + " are free; lower model.hidden_size, model.num_hidden_layers, model.vocab_size or"
                            + " model.moe.num_experts, or free memory ('./mojave plan RECIPE' predicts the rest)",
                    parameters,
                    Units.bytes((double) needed),
                    recipe.train().optimizer().kind(),
                    Units.bytes((double) free));
        }
        return LanguageModel.build(recipe.model(), recipe.train().seed());
    }

    /** Bytes of what training holds of every parameter; the few that are neither matrices of blocks nor embeddings are taken for matrices. */
    static long bytes(ModelCounts counts, OptimizerSpec optimizer) {
        long body = counts.withoutEmbeddings() * (WITHOUT_OPTIMIZER + optimizer.remembered(Role.MATRIX));
        long around = (counts.total() - counts.withoutEmbeddings())
                * (WITHOUT_OPTIMIZER + optimizer.remembered(Role.EMBEDDING));
        return (body + around) * Float.BYTES;
    }

    /** Returns where a run that is trained here and now comes from. */
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
