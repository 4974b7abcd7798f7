package dev.mojave.moe;

import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;

// Shapes: T tokens, E experts, K choices per token.
/**
 * What one router decided for one batch: data for the dispatcher, the balance losses and the diagnostics.
 *
 * @param logitsTE router logits, float32, differentiable
 * @param probabilitiesTE softmax of the logits over the experts, float32, differentiable
 * @param weightsTK weight of each chosen expert, float32, differentiable
 * @param choices the chosen experts on the host, with the tokens of each expert counted
 */
public record Routing(Tensor logitsTE, Tensor probabilitiesTE, Tensor weightsTK, Choices choices) {
    /** Returns the number of tokens. */
    public int tokens() {
        return choices.tokens();
    }

    /** Returns the number of experts. */
    public int experts() {
        return choices.experts();
    }

    /** Returns the decisions about some of the tokens, for example those that are not padding. */
    public Routing select(long[] tokens) {
        Tensor indices = Tensors.of(tokens, tokens.length);
        return new Routing(
                logitsTE.indexSelect(0, indices),
                probabilitiesTE.indexSelect(0, indices),
                weightsTK.indexSelect(0, indices),
                choices.select(tokens));
    }

    /** Returns the choices per token. */
    public int topK() {
        return choices.topK();
    }
}
