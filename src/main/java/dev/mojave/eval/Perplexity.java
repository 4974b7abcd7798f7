package dev.mojave.eval;

import dev.mojave.base.Check;
import dev.mojave.base.Progress;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.data.window.Batch;
import dev.mojave.data.window.EvalWindows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Context;
import dev.mojave.result.EvalResult;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import java.util.List;
import java.util.Optional;

/**
 * Perplexity over fixed windows: {@code exp} of the mean negative log-likelihood (natural logarithm) of each token given the
 * tokens before it in its window. If the windows start with the begin-of-text tokens of the model, these are part of the context.
 * Bits per byte divide the total negative log-likelihood, in bits, by the number of UTF-8 bytes of the predicted tokens, which
 * makes models with different tokenizers comparable.
 */
public final class Perplexity {
    private final EvalWindows windows;
    private final long bytes;
    private final int rows;

    /**
     * Prepares a measurement, which can be repeated.
     *
     * @param windows the held-out text
     * @param tokenizer tokenizer of the text, which determines the bytes of its tokens
     * @param rows windows per forward pass, positive; affects speed, and the result only by rounding
     * @throws dev.mojave.base.Failure of kind DATA if the windows predict no byte of text
     */
    public Perplexity(EvalWindows windows, Tokenizer tokenizer, int rows) {
        Check.that(rows > 0, "the number of windows per forward pass (%d) must be positive", rows);
        this.windows = windows;
        this.rows = rows;
        this.bytes = windows.bytes(tokenizer);
        windows.requireText(bytes);
    }

    /** Returns the number of windows per forward pass, 1 to 64, that keeps the logits of a model near 128 MB. */
    public static int rows(ModelSpec spec) {
        long perWindow = (long) spec.maxPositionEmbeddings() * Math.max(spec.vocabSize(), 16 * spec.hiddenSize());
        return Math.clamp(LOGITS / perWindow, 1, 64);
    }

    private static final long LOGITS = 32L << 20;

    /**
     * Measures a model.
     *
     * @param progress receives the number of windows read so far
     */
    public EvalResult measure(LanguageModel model, Context context, Progress progress) {
        double nats = 0;
        long tokens = 0;
        for (int first = 0; first < windows.count(); first += rows) {
            Batch batch = windows.batch(first, rows);
            int counted = batch.targetCount();
            nats += meanLoss(model, batch, context) * counted;
            tokens += counted;
            progress.update(Math.min(first + rows, windows.count()), "");
        }
        double perToken = nats / tokens;
        double log2 = Math.log(2);
        return new EvalResult(
                perToken, perToken / log2, nats / log2 / bytes, Math.exp(perToken), tokens, bytes, windows.begin());
    }

    /** Returns the number of windows that a measurement reads. */
    public int windows() {
        return windows.count();
    }

    private double meanLoss(LanguageModel model, Batch batch, Context context) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            List<String> names = model.spec().categories();
            Optional<int[]> categories =
                    names.isEmpty() ? Optional.empty() : Optional.of(windows.categories(batch, names));
            Rows read = Rows.of(batch, windows.padded(), categories, names.size());
            return model.loss(read.inputs(!names.isEmpty()), context)
                    .crossEntropy()
                    .item();
        }
    }
}
