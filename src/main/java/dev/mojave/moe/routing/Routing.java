package dev.mojave.moe.routing;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Optional;

// Shapes: T tokens, E experts, K choices per token.
/**
 * What one router decided for one batch, padding left out: data for the dispatcher, the balance losses and the diagnostics.
 *
 * @param logitsTE router logits, float32, differentiable; 0 where a router has none
 * @param probabilitiesTE what the router gives each expert, summing to 1 over the experts, float32, differentiable
 * @param weightsTK weight of each chosen expert, float32, differentiable; 0 where a token has fewer choices
 * @param choices the chosen experts on the host, with the tokens of each expert counted
 * @param noise how the logits were disturbed, where they were
 * @param mixture whose router decided
 */
public record Routing(
        Tensor logitsTE,
        Tensor probabilitiesTE,
        Tensor weightsTK,
        Choices choices,
        Optional<Noise> noise,
        Mixture mixture) {

    /**
     * Gaussian noise on logits: {@code noisy = clean + eps * deviation}.
     *
     * @param cleanTE logits without noise, float32, differentiable
     * @param deviationTE standard deviation of the noise, float32, differentiable
     * @param noisyTE logits with noise, by which experts were chosen
     */
    public record Noise(Tensor cleanTE, Tensor deviationTE, Tensor noisyTE) {}

    /** A router's decision, before a model says {@linkplain #in where} the router stands. */
    public Routing(Tensor logitsTE, Tensor probabilitiesTE, Tensor weightsTK, Choices choices, Optional<Noise> noise) {
        this(logitsTE, probabilitiesTE, weightsTK, choices, noise, Mixture.ALONE);
    }

    /** A router's decision without noise. */
    public Routing(Tensor logitsTE, Tensor probabilitiesTE, Tensor weightsTK, Choices choices) {
        this(logitsTE, probabilitiesTE, weightsTK, choices, Optional.empty());
    }

    /** Returns the same decision as that of a model's mixture. */
    public Routing in(Mixture place) {
        return new Routing(logitsTE, probabilitiesTE, weightsTK, choices, noise, place);
    }

    /** Returns the number of tokens. */
    public int tokens() {
        return choices.tokens();
    }

    /** Returns the number of experts. */
    public int experts() {
        return choices.experts();
    }

    /** Returns the most choices per token. */
    public int topK() {
        return choices.topK();
    }

    /** Returns the same decision where an expert takes at most so many tokens. */
    public Routing limited(long capacity) {
        return new Routing(logitsTE, probabilitiesTE, weightsTK, choices.limited(capacity), noise, mixture);
    }

    /** Returns the weight of every expert for every token (T, E), 0 where it was not chosen; what capacity drops is in it. */
    public Tensor gatesTE() {
        Tensor expertsTK = Tensors.of(choices.expertOfAssignment(0), tokens(), topK());
        return Tensors.zeros(DType.FLOAT32, tokens(), experts()).scatterAdd(1, expertsTK, weightsTK);
    }
}
