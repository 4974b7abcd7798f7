package dev.mojave.train.listen;

import dev.mojave.base.Progress;
import dev.mojave.base.tree.Json;
import dev.mojave.data.catalog.PreparedData;
import dev.mojave.data.store.TokenSplit;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.data.window.RowLayout;
import dev.mojave.eval.Perplexity;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Context;
import dev.mojave.result.EvalResult;
import dev.mojave.result.metric.Metric;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.checkpoint.TrainState;
import dev.mojave.run.recipe.TrainSpec;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;

/**
 * Evaluates the model on the same held-out windows at a fixed interval of steps, and on all of them at the end, in float32. A
 * forward pass has no more windows than one of training, so evaluations need no additional memory. Keeps the best loss.
 */
public final class Evaluation implements Listener.Stateful {
    private static final String BEST = "best_val_loss";

    private final LanguageModel model;
    private final Progress progress;
    private final long every;
    private final Perplexity during;
    private final Perplexity last;
    private final Optional<Perplexity> trainSubset;
    private OptionalDouble best = OptionalDouble.empty();

    /** Creates the evaluation that a recipe specifies. */
    public Evaluation(LanguageModel model, PreparedData data, TrainSpec spec, Progress progress) {
        this.model = model;
        this.progress = progress;
        this.every = spec.evalEvery();
        RowLayout cut = data.cut(model.spec().maxPositionEmbeddings());
        int rows = rows(model.spec(), spec);
        TokenSplit held = data.validation();
        this.last = new Perplexity(EvalWindows.all(held, cut), data.tokenizer(), rows);
        this.during = spec.evalTokens().isAll()
                ? last
                : new Perplexity(
                        EvalWindows.limited(held, cut, spec.evalTokens().tokens()), data.tokenizer(), rows);
        this.trainSubset = spec.trainSubsetTokens() == 0
                ? Optional.empty()
                : Optional.of(new Perplexity(
                        EvalWindows.limited(data.train(), cut, spec.trainSubsetTokens()), data.tokenizer(), rows));
    }

    /** Returns the number of windows per forward pass. */
    public static int rows(ModelSpec model, TrainSpec train) {
        return Math.min(Perplexity.rows(model), train.microBatchSize());
    }

    @Override
    public void after(Moment moment) {
        if (moment.last() || moment.step() % every == 0) {
            Map<Metric, Double> metrics = new LinkedHashMap<>();
            double loss = measure(moment.last(), metrics).natsPerToken();
            metrics.forEach(moment::put);
            if (best.isEmpty() || loss < best.getAsDouble()) {
                best = OptionalDouble.of(loss);
                moment.markBest();
            }
        }
    }

    /**
     * Measures the loss on held-out text and, if configured, on a part of the training text.
     *
     * @param everything whether to measure all held-out text
     * @param metrics receives the metrics
     */
    public EvalResult measure(boolean everything, Map<Metric, Double> metrics) {
        EvalResult result = (everything ? last : during).measure(model, Context.EVALUATION, Progress.SILENT);
        metrics.put(Metrics.VAL_LOSS, result.natsPerToken());
        metrics.put(Metrics.VAL_PERPLEXITY, result.perplexity());
        metrics.put(Metrics.VAL_BITS_PER_TOKEN, result.bitsPerToken());
        metrics.put(Metrics.VAL_BITS_PER_BYTE, result.bitsPerByte());
        trainSubset.ifPresent(subset -> metrics.put(
                Metrics.TRAIN_SUBSET_LOSS,
                subset.measure(model, Context.EVALUATION, Progress.SILENT).natsPerToken()));
        progress.say(String.format(
                Locale.ROOT,
                "validation loss %.4f nats per token, perplexity %.2f, %.4f bits per byte%s",
                result.natsPerToken(),
                result.perplexity(),
                result.bitsPerByte(),
                everything ? " (all held-out text)" : ""));
        return result;
    }

    /** Sets the best loss so far, in nats per token. */
    public void toBeat(double loss) {
        best = OptionalDouble.of(loss);
    }

    @Override
    public String key() {
        return TrainState.EVALUATION;
    }

    @Override
    public Optional<JsonNode> state() {
        return best.isPresent()
                ? Optional.of(Json.mapper().createObjectNode().put(BEST, best.getAsDouble()))
                : Optional.empty();
    }

    @Override
    public void restore(JsonNode state) {
        best = OptionalDouble.of(state.path(BEST).asDouble());
    }
}
