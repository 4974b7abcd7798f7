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
 * A trained model with its tokenizer. It owns native memory until it is closed, and it is not thread-safe.
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
     * Continues a prompt. The text ends at the model's own end tokens ({@code eos_token_id}), and the tokenizer's begin tokens (such as
     * {@code <s>}) are put in front of the prompt, as in transformers. If the prompt is longer than the context, only its end is read.
     *
     * @param sampling how tokens are sampled, and how many
     * @param stream receives the text piece by piece as it is generated
     * @return the whole continuation: the text of prompt and continuation decoded together, without the prompt's text
     */
    public String generate(String prompt, SamplingSpec sampling, Consumer<String> stream) {
        return new Generator(saved.model(), saved.tokenizer(), saved.special(), WeightFormat.FP32)
                .generate(prompt, sampling, stream, StopSignal.NEVER)
                .text();
    }

    /**
     * Returns the logits of the next token.
     *
     * @param ids token ids, at least one and at most {@link #contextLength}
     * @return one logit per id of the vocabulary
     * @throws IllegalArgumentException if there are too many ids
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

    /** Returns the length of the context in tokens. */
    public int contextLength() {
        return saved.model().spec().maxPositionEmbeddings();
    }

    /** Returns the number of trained parameters. */
    public long parameterCount() {
        return saved.model().parameterCount();
    }

    /** Frees the model's native memory. */
    @Override
    public void close() {
        saved.close();
    }
}
