package dev.mojave.train;

import dev.mojave.base.Progress;
import dev.mojave.data.Cut;
import dev.mojave.data.EvalWindows;
import dev.mojave.data.PreparedData;
import dev.mojave.data.TokenSplit;
import dev.mojave.eval.Perplexity;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Context;
import dev.mojave.result.EvalResult;
import dev.mojave.run.TrainSpec;
import java.util.Locale;
import java.util.Optional;

/**
 * The evaluations of a run: the same held-out windows every time, all of them at the end, in float32; as many at a time as a training step
 * takes, so that a run needs no memory for the first evaluation that it did not have.
 */
final class Evaluations {
    private final LanguageModel model;
    private final Perplexity during;
    private final Perplexity last;
    private final Optional<Perplexity> trainSubset;

    Evaluations(LanguageModel model, PreparedData data, TrainSpec spec) {
        this.model = model;
        Cut cut = data.cut(model.spec().maxPositionEmbeddings());
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

    /** Returns the windows of one forward pass. */
    static int rows(ModelSpec model, TrainSpec train) {
        return Math.min(Perplexity.rows(model), train.microBatchSize());
    }

    /** Measures held-out text, and the part of the training text where that is asked for, into the recorder. */
    EvalResult run(boolean everything, MetricsRecorder recorder, Progress progress) {
        Perplexity perplexity = everything ? last : during;
        EvalResult result = perplexity.measure(model, Context.EVALUATION, Progress.SILENT);
        recorder.validation(result);
        trainSubset.ifPresent(
                subset -> recorder.trainSubset(subset.measure(model, Context.EVALUATION, Progress.SILENT)));
        progress.say(String.format(
                Locale.ROOT,
                "validation loss %.4f nats per token, perplexity %.2f, %.4f bits per byte%s",
                result.natsPerToken(),
                result.perplexity(),
                result.bitsPerByte(),
                everything ? " (all held-out text)" : ""));
        return result;
    }
}
