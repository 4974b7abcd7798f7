package dev.mojave.moe.routing;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Optional;

// Shapes: T tokens, E experts, K choices per token.
/**
 * The decisions of one router for one batch, without padding: data for the dispatcher, the balance losses and the diagnostics.
 *
 * @param logitsTE router logits, float32, differentiable; 0 if the router has none
 * @param probabilitiesTE probability of each expert, float32, differentiable; sums to 1 over the experts
 * @param weightsTK weight of each chosen expert, float32, differentiable; 0 where a token has fewer choices
 * @param choices chosen experts, on the host
 * @param noise noise of the logits; empty if there is none
 * @param mixture mixture whose router decided
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
     * @param noisyTE logits with noise, which determined the chosen experts
     */
    public record Noise(Tensor cleanTE, Tensor deviationTE, Tensor noisyTE) {}

    /** Creates decisions whose {@linkplain #in mixture} is not set yet. */
    public Routing(Tensor logitsTE, Tensor probabilitiesTE, Tensor weightsTK, Choices choices, Optional<Noise> noise) {
        this(logitsTE, probabilitiesTE, weightsTK, choices, noise, Mixture.ALONE);
    }

    /** Creates decisions without noise, whose {@linkplain #in mixture} is not set yet. */
    public Routing(Tensor logitsTE, Tensor probabilitiesTE, Tensor weightsTK, Choices choices) {
        this(logitsTE, probabilitiesTE, weightsTK, choices, Optional.empty());
    }

    /** Returns these decisions as those of a model's mixture. */
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

    /** Returns the maximum number of choices of a token. */
    public int topK() {
        return choices.topK();
    }

    /** Returns these decisions with at most {@code capacity} tokens per expert. */
    public Routing limited(long capacity) {
        return new Routing(logitsTE, probabilitiesTE, weightsTK, choices.limited(capacity), noise, mixture);
    }

    /**
     * Returns the weight of every expert for every token (T, E), 0 where it was not chosen; assignments that capacity drops are
     * included.
     */
    public Tensor gatesTE() {
        Tensor expertsTK = Tensors.of(choices.expertOfAssignment(0), tokens(), topK());
        return Tensors.zeros(DType.FLOAT32, tokens(), experts()).scatterAdd(1, expertsTK, weightsTK);
    }
}
