package dev.mojave.run.model;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.data.DataSpec;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.tokenizer.Tokenizers;
import dev.mojave.interop.ModelFolder;
import dev.mojave.interop.TokenSettings;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.run.checkpoint.TrainState;
import dev.mojave.run.folder.Provenances;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Snapshots;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.TrainDefaults;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Imports a model that was trained by another program as a run folder, so that every verb accepts it: its weights become
 * checkpoint step-0, and its recipe describes the model. How it was trained is not known, so the recipe's data and training
 * sections are a starting point for fine-tuning, on the corpus that comes with Mojave.
 */
public final class ImportedRun {
    private ImportedRun() {}

    /**
     * Options of an import.
     *
     * @param output folder under which the run's folder is created
     * @param name name of the run
     * @param overwrite whether to replace an existing run of that name
     * @param tokenizer name or file of a tokenizer that replaces the folder's tokenizer.json; empty to keep it
     * @param command the command as typed, for the provenance
     */
    public record Options(Path output, String name, boolean overwrite, Optional<String> tokenizer, String command) {}

    /**
     * Imports a model.
     *
     * @throws Failure of kind DATA that names what is missing, malformed or unsupported; USAGE if the name is taken
     */
    public static RunFolder make(ModelFolder source, EngineChoice engine, Options options) {
        Optional<Tokenizer> tokenizer = tokenizer(source, options);
        TokenSettings settings = source.tokenSettings(tokenizer, options.tokenizer.isEmpty());
        try (LanguageModel model = source.load()) {
            return RunFolder.create(
                    options.output,
                    options.name,
                    options.overwrite,
                    run -> write(run, source, model, tokenizer, settings, engine, options));
        }
    }

    private static void write(
            RunFolder run,
            ModelFolder source,
            LanguageModel model,
            Optional<Tokenizer> tokenizer,
            TokenSettings settings,
            EngineChoice engine,
            Options options) {
        Recipe recipe = recipe(
                options.name,
                source.spec(),
                tokenizer.map(ImportedRun::dataTokenizer).orElse("byte"),
                tokenizer.map(found -> found.endOfText().isPresent()).orElse(true));
        run.write(recipe);
        tokenizer.ifPresent(run::write);
        run.write(settings.tokens());
        run.write(Provenances.of(new Provenances.Facts(
                recipe.sha256(),
                "not known (imported from " + source.path() + ")",
                "",
                List.of(),
                engine,
                Engine.versions(),
                options.command)));
        Snapshots.save(run.checkpoints(), model, Map.of(), state(recipe), false, 1, origin(source));
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        run.write(new Status(Status.State.FINISHED, "imported", 0, 0, now, Map.of()));
    }

    private static String origin(ModelFolder source) {
        return source.config().path("model_type").asString("");
    }

    private static Optional<Tokenizer> tokenizer(ModelFolder source, Options options) {
        return options.tokenizer.isEmpty()
                ? source.tokenizer()
                : options.tokenizer.map(name -> fitting(source, Tokenizers.open("--tokenizer", name)));
    }

    private static Tokenizer fitting(ModelFolder source, Tokenizer tokenizer) {
        return Tokenizers.within(tokenizer, source.spec().vocabSize())
                .orElseThrow(() -> Failure.data(
                        "the tokenizer has %d tokens, but vocab_size of %s is %d; give the tokenizer that belongs to the model",
                        tokenizer.vocabSize(), source.path(), source.spec().vocabSize()));
    }

    /** Returns warnings about the tokens of an imported model, as sentences for its users. */
    public static List<String> warnings(ModelFolder source, RunFolder run, Options options) {
        Optional<Tokenizer> tokenizer = run.findTokenizer();
        return Stream.concat(
                        tokenizer.flatMap(Tokenizers::leftOut).stream(),
                        source.tokenSettings(tokenizer, options.tokenizer.isEmpty()).warnings().stream())
                .toList();
    }

    /**
     * Returns the value of {@code data.tokenizer}: the name of a tokenizer with a fixed vocabulary, or else the file next to the
     * recipe.
     */
    private static String dataTokenizer(Tokenizer tokenizer) {
        boolean named = tokenizer.kind().equals("byte") || tokenizer.kind().equals("gpt2");
        return named ? tokenizer.kind() : RunFolder.TOKENIZER;
    }

    /**
     * Returns a recipe for a model that was trained by another program.
     *
     * @param separator whether the tokenizer has a token to put between documents
     */
    static Recipe recipe(String name, ModelSpec spec, String tokenizer, boolean separator) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("name", name);
        tree.putObject("data")
                .put("source", DataSpec.EMBEDDED)
                .put("tokenizer", tokenizer)
                .put("document_separator", separator);
        tree.set("model", Records.tree(spec));
        ObjectNode train = tree.putObject("train");
        train.put("batch_size", 8).put("steps", 1000).put("learning_rate", 1e-4);
        tree.set("train", TrainDefaults.complete(train));
        return Records.read(tree, Recipe.class, "imported model", "");
    }

    private static TrainState state(Recipe recipe) {
        return new TrainState(
                TrainState.VERSION,
                0,
                0,
                null,
                JsonNodeFactory.instance.objectNode(),
                Map.of(),
                0,
                Map.of(),
                "",
                recipe.sha256());
    }
}
