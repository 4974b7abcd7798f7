package dev.mojave.train.listen;

import dev.mojave.base.StopSignal;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.generate.Generator;
import dev.mojave.generate.SamplingSpec;
import dev.mojave.model.LanguageModel;
import dev.mojave.result.GenerateResult;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Samples;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.Map;
import java.util.function.Supplier;

/** Generates a text sample after training, and measures the speed of generation, which is one of a model's costs. */
public final class Sample implements Listener {
    private static final int TOKENS = 200;
    private static final String SPEED = Metrics.GENERATE_SPEED.name();

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final long seed;
    private final RunFolder folder;
    private final Log log;
    private final Supplier<RunPosition> position;

    /**
     * Creates a listener that writes to a run's folder.
     *
     * @param position supplies the position of the run
     */
    public Sample(
            LanguageModel model,
            Tokenizer tokenizer,
            long seed,
            RunFolder folder,
            Log log,
            Supplier<RunPosition> position) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.seed = seed;
        this.folder = folder;
        this.log = log;
        this.position = position;
    }

    @Override
    public void end(boolean finished) {
        if (!finished || folder.lastMetrics().containsKey(SPEED)) {
            return;
        }
        RunPosition now = position.get();
        GenerateResult text = new Generator(model, tokenizer, folder.specialTokens(tokenizer), WeightFormat.FP32)
                .generate("", SamplingSpec.sample(TOKENS, seed), piece -> {}, StopSignal.NEVER);
        folder.samples().truncateAfter(now.step() - 1);
        folder.samples().append(new Samples.Sample(now.step(), text.text()));
        log.append(now, Map.of(SPEED, text.tokensPerSecond()));
    }
}
