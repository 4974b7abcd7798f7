package dev.mojave.api;

import dev.mojave.base.Promised;
import dev.mojave.base.StopSignal;
import dev.mojave.data.tokenizer.Tokenizer;
import dev.mojave.generate.Generator;
import dev.mojave.generate.SamplingSpec;
import dev.mojave.model.Inputs;
import dev.mojave.nn.Context;
import dev.mojave.run.model.SavedModel;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.decode.WeightFormat;
import java.util.function.Consumer;

/**
 * A trained model with its tokenizer. It holds native memory until it is closed. Several threads may not use one at the same time.
 */
@Promised
public final class Model implements AutoCloseable {
    private static final int USUAL_TOKENS = 200;
    private static final long USUAL_SEED = 1337;

    private final SavedModel saved;

    Model(SavedModel saved) {
        this.saved = saved;
    }

    /** Continues a prompt with at most 200 tokens, drawn at temperature 0.8 with a fixed seed. */
    public String generate(String prompt) {
        return generate(prompt, SamplingSpec.usual(USUAL_TOKENS, USUAL_SEED), piece -> {});
    }

    /**
     * Continues a prompt. The text ends where the model's own settings say that texts end ({@code eos_token_id}), and the prompt begins as
     * its tokenizer says ({@code <s>} and its like), as in transformers. Of a prompt that is longer than the context the end is read.
     *
     * @param sampling how tokens are drawn, and how many
     * @param stream takes the text as it comes
     * @return all of it, without the prompt: what decoding both together gives, less the prompt's text
     */
    public String generate(String prompt, SamplingSpec sampling, Consumer<String> stream) {
        return new Generator(saved.model(), saved.tokenizer(), saved.special(), WeightFormat.FP32)
                .generate(prompt, sampling, stream, StopSignal.NEVER)
                .text();
    }

    /**
     * Returns the logits of the token that follows.
     *
     * @param ids at least one, at most {@link #contextLength}
     * @return one value an id of the vocabulary
     * @throws IllegalArgumentException for too many ids
     */
    public float[] logits(int... ids) {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor logitsBSV = saved.model()
                    .forward(Inputs.of(Tensors.ofIds(ids, 1, ids.length)), Context.EVALUATION)
                    .logitsBSV();
            return logitsBSV.select(1, ids.length - 1).toFloats();
        }
    }

    /** Returns the tokenizer. */
    public Tokenizer tokenizer() {
        return saved.tokenizer();
    }

    /** Returns how many tokens the model can look at. */
    public int contextLength() {
        return saved.model().spec().maxPositionEmbeddings();
    }

    /** Returns how many values were trained. */
    public long parameterCount() {
        return saved.model().parameterCount();
    }

    /** Frees the model's memory. */
    @Override
    public void close() {
        saved.close();
    }
}
