package dev.mojave.run.model;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.Plural;
import dev.mojave.data.tokenizer.SpecialTokens;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.interop.ModelCard;
import dev.mojave.interop.ModelFolder;
import dev.mojave.interop.ModelWriter;
import dev.mojave.interop.hf.HfConfig;
import dev.mojave.model.LanguageModel;
import dev.mojave.result.ExportResult;
import dev.mojave.result.Provenance;
import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.recipe.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Exports the model of a run, or of a model folder from another program, as a folder for other programs. */
public final class ExportedModel {
    private static final List<String> MEASURED = Stream.of(
                    Metrics.TRAIN_LOSS,
                    Metrics.VAL_LOSS,
                    Metrics.BEST_VAL_LOSS,
                    Metrics.VAL_PERPLEXITY,
                    Metrics.VAL_BITS_PER_TOKEN,
                    Metrics.VAL_BITS_PER_BYTE)
            .map(Metric::name)
            .toList();

    private ExportedModel() {}

    /**
     * Options of an export.
     *
     * @param checkpoint {@code last}, {@code best} or a step number
     * @param format format of the exported folder
     * @param license SPDX-like identifier of the licence of the weights, for example {@code apache-2.0}
     */
    public record Options(String checkpoint, ModelWriter.Format format, String license) {
        /** Checks the licence, since it becomes part of a YAML header. */
        public Options {
            Check.that(
                    license.matches("[a-z0-9][a-z0-9.-]{0,60}"),
                    "--license ('%s') must be an identifier such as apache-2.0, mit, cc-by-4.0 or unknown",
                    license);
        }
    }

    /**
     * Exports a model.
     *
     * @param source folder of a run or a model
     * @throws Failure of kind USAGE with all reasons if the format cannot represent the model
     */
    public static ExportResult write(Path source, Path target, Options options) {
        if (!RunFolder.isRun(source) && ModelFolder.isModel(source)) {
            try (ModelFolder folder = ModelFolder.open(source);
                    LanguageModel model = folder.load()) {
                ModelCard card = card(
                        source, options, "not known", "outside Mojave; read from a folder", Map.of(), "", "not known");
                Optional<Tokenizer> tokenizer = folder.tokenizer();
                SpecialTokens tokens = folder.tokenSettings(tokenizer, true).tokens();
                String origin = folder.config().path("model_type").asString("");
                String type = new ModelWriter(target, options.format, origin)
                        .write(model, tokenizer, Optional.of(tokens), card);
                return result(target, options, type, model);
            }
        }
        RunFolder run = RunFolder.open(source);
        try (SavedModel.Weights weights = SavedModel.weights(run, options.checkpoint)) {
            Recipe recipe = weights.recipe();
            Provenance provenance = run.provenance();
            String data = provenance.dataSha256().isEmpty()
                    ? provenance.dataName()
                    : "`" + provenance.dataName() + "`, SHA-256 `" + provenance.dataSha256() + "`";
            ModelCard card = card(
                    source,
                    options,
                    data,
                    weights.step() + " " + Plural.noun(weights.step(), "step") + ", seed "
                            + recipe.train().seed(),
                    measured(run),
                    recipe.yaml(),
                    "Mojave " + provenance.mojaveVersion() + ", commit " + provenance.commit() + ", "
                            + provenance.startedAt());
            Optional<Tokenizer> tokenizer = run.findTokenizer();
            Optional<SpecialTokens> special = run.findSpecialTokens().or(() -> tokenizer.map(SpecialTokens::of));
            String type = new ModelWriter(target, options.format, weights.modelType())
                    .write(weights.model(), tokenizer, special, card);
            return result(target, options, type, weights.model());
        }
    }

    private static ExportResult result(Path target, Options options, String type, LanguageModel model) {
        boolean hf = options.format == ModelWriter.Format.HF;
        return new ExportResult(
                target.toString(),
                type,
                model.parameterCount(),
                hf ? HfConfig.lostInHuggingFace(model.spec()) : List.of());
    }

    private static ModelCard card(
            Path source,
            Options options,
            String data,
            String training,
            Map<String, Double> metrics,
            String recipe,
            String origin) {
        String name = Optional.ofNullable(source.toAbsolutePath().normalize().getFileName())
                .map(Path::toString)
                .orElse("model");
        return new ModelCard(name, options.license, data, training, metrics, recipe, origin);
    }

    private static Map<String, Double> measured(RunFolder run) {
        Map<String, Double> last = new TreeMap<>(run.lastMetrics());
        last.putAll(run.status().metrics());
        last.keySet().retainAll(MEASURED);
        return last;
    }
}
