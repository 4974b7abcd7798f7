package dev.mojave.run.model;

import dev.mojave.base.Failure;
import dev.mojave.base.process.ShellWord;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.interop.ModelFolder;
import dev.mojave.interop.TokenSettings;
import dev.mojave.interop.WeightNames;
import dev.mojave.model.LanguageModel;
import dev.mojave.result.Provenance.StartedFrom;
import dev.mojave.run.checkpoint.Checkpoint;
import dev.mojave.run.checkpoint.Checkpoints;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Snapshots;
import dev.mojave.run.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A trained model, ready to use, with its tokenizer and recipe.
 *
 * @param model the model with the checkpoint's weights; {@link #close} closes it
 * @param tokenizer the run's tokenizer
 * @param special the tokens that begin and end its texts
 * @param recipe the run's recipe
 * @param step optimiser steps after which the weights were saved
 * @param warnings warnings for users of the model, as sentences
 */
public record SavedModel(
        LanguageModel model,
        Tokenizer tokenizer,
        SpecialTokens special,
        Recipe recipe,
        long step,
        List<String> warnings)
        implements AutoCloseable {
    /** The checkpoint that the run would resume from. */
    public static final String LAST = "last";

    /** The checkpoint with the lowest validation loss. */
    public static final String BEST = "best";

    /**
     * A run's model without its tokenizer, which an imported run may lack.
     *
     * @param model the model with the checkpoint's weights; {@link #close} closes it
     * @param recipe the run's recipe
     * @param step optimiser steps after which the weights were saved
     * @param modelType Hugging Face's {@code model_type}, as recorded in the checkpoint
     */
    public record Weights(LanguageModel model, Recipe recipe, long step, String modelType) implements AutoCloseable {
        @Override
        public void close() {
            model.close();
        }
    }

    /**
     * Loads the model of a run, or of a folder in the format of Hugging Face or {@code mojave export}.
     *
     * @param which {@code last}, {@code best} or a step number; ignored for a model folder, which has only one set of weights
     * @throws Failure of kind DATA if the checkpoint does not exist or is damaged, or the folder has no tokenizer; USAGE if
     *     {@code which} is invalid or the folder does not exist
     */
    public static SavedModel load(Path folder, String which) {
        return load(folder, which, () -> {});
    }

    /**
     * Loads a model as {@link #load(Path, String)} does, and runs an action after reading and before creating the first tensor.
     * Callers that start the engine on another thread wait for it in this action.
     */
    public static SavedModel load(Path folder, String which, Runnable beforeTensors) {
        requireModel(folder);
        if (RunFolder.isRun(folder)) {
            return load(RunFolder.open(folder), which, beforeTensors);
        }
        try (ModelFolder source = ModelFolder.open(folder)) {
            Tokenizer tokenizer = source.tokenizer()
                    .orElseThrow(() -> Failure.data(
                            "%s has no tokenizer.json; import it with one: mojave import %s --tokenizer byte|gpt2|FILE",
                            folder, ShellWord.of(folder)));
            Recipe recipe = ImportedRun.recipe(
                    "model",
                    source.spec(),
                    Tokenizers.in(folder)
                            .orElse(folder.resolve("tokenizer.json"))
                            .toString(),
                    tokenizer.endOfText().isPresent());
            TokenSettings settings = source.tokenSettings(Optional.of(tokenizer), true);
            List<String> warnings = Stream.concat(Tokenizers.leftOut(tokenizer).stream(), settings.warnings().stream())
                    .toList();
            beforeTensors.run();
            return new SavedModel(source.load(), tokenizer, settings.tokens(), recipe, 0, warnings);
        }
    }

    /**
     * Checks that a folder is one that {@link #load(Path, String)} accepts. This is cheap and needs no engine.
     *
     * @throws Failure of kind USAGE if the folder is neither a run nor a model
     */
    public static void requireModel(Path folder) {
        if (!RunFolder.isRun(folder) && !ModelFolder.isModel(folder)) {
            RunFolder.open(folder);
        }
    }

    /**
     * Loads a run's model.
     *
     * @param which {@code last}, {@code best} or a step number
     * @throws Failure of kind DATA if the checkpoint does not exist or is damaged; USAGE if {@code which} is invalid
     */
    public static SavedModel load(RunFolder run, String which) {
        return load(run, which, () -> {});
    }

    private static SavedModel load(RunFolder run, String which, Runnable beforeTensors) {
        Recipe recipe = run.recipe();
        Tokenizer tokenizer = run.tokenizer();
        if (recipe.model().vocabSize() < tokenizer.vocabSize()) {
            throw Failure.data(
                    "%s: the model has %d token embeddings, but the tokenizer has %d tokens; restore the run's own tokenizer.json",
                    run.path(), recipe.model().vocabSize(), tokenizer.vocabSize());
        }
        SpecialTokens special = run.specialTokens(tokenizer);
        Weights weights = weights(run, which, beforeTensors);
        return new SavedModel(weights.model, tokenizer, special, recipe, weights.step, List.of());
    }

    /** Loads a run's model without its tokenizer; fails as {@link #load(RunFolder, String)} does. */
    public static Weights weights(RunFolder run, String which) {
        return weights(run, which, () -> {});
    }

    private static Weights weights(RunFolder run, String which, Runnable beforeTensors) {
        Recipe recipe = run.recipe();
        try (Checkpoint checkpoint = run.checkpoints().openModel(step(run, which))) {
            beforeTensors.run();
            LanguageModel model = LanguageModel.blank(recipe.model());
            Snapshots.restore(checkpoint, model);
            String modelType = checkpoint.config().path("model_type").asString("");
            return new Weights(model, recipe, checkpoint.state().step(), modelType);
        }
    }

    /**
     * Copies initial weights into a model: those of a run's best checkpoint, or of a folder in Hugging Face's format.
     *
     * @throws Failure of kind DATA that lists the tensors that are missing, unexpected or of another shape
     */
    public static void startFrom(Path from, LanguageModel model) {
        if (!RunFolder.isRun(from) && ModelFolder.isModel(from)) {
            try (ModelFolder source = ModelFolder.open(from)) {
                WeightNames.fromStored(model.spec(), source.weights(), model.tensors());
                return;
            }
        }
        RunFolder run = RunFolder.open(from);
        try (Checkpoint checkpoint = run.checkpoints().openModel(start(run))) {
            Snapshots.restore(checkpoint, model);
        }
    }

    private static long start(RunFolder run) {
        return run.checkpoints()
                .best()
                .or(run.checkpoints()::last)
                .orElseThrow(() -> Failure.data(
                        "--from %s: the run has no checkpoint yet; train it until its first one", run.path()));
    }

    /**
     * Identifies the weights that {@link #startFrom} copies.
     *
     * @throws Failure of kind USAGE if the folder does not exist, DATA if it contains no weights
     */
    public static StartedFrom startedFrom(Path from) {
        String sha256;
        if (!RunFolder.isRun(from) && ModelFolder.isModel(from)) {
            sha256 = ModelFolder.weightsSha256(from);
        } else {
            RunFolder run = RunFolder.open(from);
            sha256 = run.checkpoints().weightsSha256(start(run));
        }
        return new StartedFrom(from.toAbsolutePath().normalize().toString(), sha256);
    }

    /**
     * Returns which tokens begin and end texts of a model whose weights training starts from, if that model was imported and has
     * the same tokenizer. The token that separates documents in further training also ends texts.
     */
    public static Optional<SpecialTokens> specialTokens(Path from, Tokenizer tokenizer) {
        Optional<SpecialTokens> special;
        if (RunFolder.isRun(from)) {
            RunFolder run = RunFolder.open(from);
            special = run.findTokenizer()
                    .filter(own -> own.toJson().equals(tokenizer.toJson()))
                    .flatMap(_ -> run.findSpecialTokens());
        } else {
            try (ModelFolder source = ModelFolder.open(from)) {
                special = source.tokenizer()
                        .filter(own -> own.toJson().equals(tokenizer.toJson()))
                        .map(own -> source.tokenSettings(Optional.of(own), true).tokens());
            }
        }
        return special.map(found -> found.endingAlsoWith(tokenizer.endOfText()));
    }

    private static long step(RunFolder run, String which) {
        Checkpoints checkpoints = run.checkpoints();
        return switch (which) {
            case LAST -> checkpoints.last().orElseThrow(() -> none(run));
            case BEST -> checkpoints.best().or(checkpoints::last).orElseThrow(() -> none(run));
            default -> {
                if (!which.matches("\\d{1,18}")) {
                    throw Failure.usage("--checkpoint: '%s' is not last, best or a step number such as 500", which);
                }
                yield Long.parseLong(which);
            }
        };
    }

    private static Failure none(RunFolder run) {
        return Failure.data("%s has no checkpoint yet; train it until its first one", run.path());
    }

    @Override
    public void close() {
        model.close();
    }
}
