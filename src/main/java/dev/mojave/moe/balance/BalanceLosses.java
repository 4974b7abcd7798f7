package dev.mojave.moe.balance;

import dev.mojave.moe.routing.Routing;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

// Shapes: T tokens, E experts, K choices per token, L mixture layers.
/**
 * The losses that balance the load of experts and keep router logits small: pure functions of the routing. Counts are of
 * requested load, before capacity drops anything.
 */
public final class BalanceLosses {
    private static final double CV_EPSILON = 1e-10;
    private static final double LOG_EPSILON = 1e-20;

    private BalanceLosses() {}

    /**
     * A loss of one batch with its coefficient.
     *
     * @param value unweighted loss, a float32 scalar
     * @param coefficient factor of the loss in the training loss
     */
    public record Weighted(Tensor value, double coefficient) {}

    /** Returns every loss that has a coefficient, by its name in the recipe, even if the coefficient is currently 0. */
    public static Map<String, Weighted> of(List<Routing> layers, Map<BalanceLoss, Double> coefficients) {
        Map<String, Weighted> losses = new LinkedHashMap<>();
        if (!layers.isEmpty()) {
            coefficients.forEach(
                    (loss, coefficient) -> losses.put(loss.key(), new Weighted(loss.of(layers), coefficient)));
        }
        return losses;
    }

    /**
     * Switch balance of one layer, {@code E * sum_i f_i P_i}: f_i the fraction of the T tokens whose best choice is i, P_i the
     * mean probability of i over the T tokens. 1 when uniform, E when collapsed (arXiv 2101.03961, equation 4, without alpha; the
     * paper adds one such term per layer). The uniform load is not its minimum.
     */
    public static Tensor switchBalance(Routing routing) {
        Tensor fractionE = fractions(routing.choices().countOfBestChoice(), routing.tokens());
        return routing.probabilitiesTE().mean(0).mul(fractionE).sum().mul(routing.experts());
    }

    /**
     * Mixtral's balance loss as the transformers library computes it (load_balancing_loss_func): {@code E * sum_i f_i P_i} over
     * the pooled tokens of all layers, with f_i the number of assignments to i divided by the number of tokens and P_i the mean
     * probability of i. It is not divided by K, so that it is K when uniform and at most E when collapsed.
     */
    public static Tensor mixtralBalance(List<Routing> layers) {
        Routing first = layers.getFirst();
        long[] counts = new long[first.experts()];
        long tokens = 0;
        for (Routing routing : layers) {
            long[] layerCounts = routing.choices().requestedOfExpert();
            for (int expert = 0; expert < counts.length; expert++) {
                counts[expert] += layerCounts[expert];
            }
            tokens += routing.tokens();
        }
        // The mean over the tokens of all layers, without concatenating their probabilities.
        Tensor sumE = layers.stream()
                .map(routing -> routing.probabilitiesTE().sum(0))
                .reduce(Tensor::add)
                .orElseThrow();
        return sumE.mul(fractions(counts, tokens)).sum().mul((double) first.experts() / tokens);
    }

    /**
     * {@link #mixtralBalance} divided by K, as in Megatron-LM, so that it is 1 when uniform for any K. (Megatron-LM itself adds
     * one such term per layer.)
     */
    public static Tensor megatronBalance(List<Routing> layers) {
        return mixtralBalance(layers).div(layers.getFirst().topK());
    }

    /**
     * Router z-loss of one layer, {@code (1/T) sum_t logsumexp(z_t)^2}: keeps router logits small (ST-MoE, arXiv 2202.08906,
     * equation 5). The usual coefficient is 1e-3.
     */
    public static Tensor routerZ(Routing routing) {
        return Functions.logSumExp(routing.logitsTE(), 1).square().mean();
    }

    /**
     * Entropy balance of one layer, {@code log E - H(P)} in nats with P the mean probability of each expert over the T tokens: 0
     * when uniform, log E when collapsed. This is MoEP's balance loss with the sign that balances.
     */
    public static Tensor entropyBalance(Routing routing) {
        return meanEntropy(routing).neg().add(Math.log(routing.experts()));
    }

    /**
     * {@code H(P) = -sum_i P_i log P_i} of one layer, with the sign as printed in the MoEP paper (2025.babylm-main.39): with a
     * positive coefficient it minimises the entropy and thus promotes collapse. It exists to demonstrate that; use
     * {@link #entropyBalance} to balance.
     */
    public static Tensor entropyPaperSign(Routing routing) {
        return meanEntropy(routing);
    }

    private static Tensor meanEntropy(Routing routing) {
        Tensor meanE = routing.probabilitiesTE().mean(0);
        return meanE.mul(meanE.add(LOG_EPSILON).log()).sum().neg();
    }

    /**
     * Importance and load loss of one layer, {@code CV^2(Importance) + CV^2(Load)} (arXiv 1701.06538), where
     * {@code CV^2 = var / (mean^2 + 1e-10)} with the population variance over experts; 0 when both are even. See
     * {@link #importance} and {@link #load}.
     */
    public static Tensor importanceLoad(Routing routing) {
        return variation(importance(routing)).add(variation(load(routing)));
    }

    /** Returns the importance of each expert (E): the sum of its weights over the T tokens. */
    public static Tensor importance(Routing routing) {
        return routing.gatesTE().sum(0);
    }

    /**
     * Returns the load of each expert (E), a smooth count of its tokens: {@code sum_t Phi((clean_ti - thr_ti) / deviation_ti)},
     * where each term is the probability that i would be chosen if its own noise were drawn again. The threshold thr is the
     * (K+1)-th largest noisy logit for an expert among the K largest, and the K-th largest for the others. Without noise
     * (evaluation, other routers), or if every expert is chosen, it is the exact count, without a gradient, as in tensor2tensor.
     */
    public static Tensor load(Routing routing) {
        if (routing.noise().isEmpty() || routing.topK() == routing.experts()) {
            return fractions(routing.choices().requestedOfExpert(), 1);
        }
        return inTopK(routing).sum(0);
    }

    /** Returns the probability (T, E) that an expert is among a token's K largest if its noise is drawn again. */
    public static Tensor inTopK(Routing routing) {
        Routing.Noise noise = routing.noise().orElseThrow();
        int topK = routing.topK();
        Tensor largest = noise.noisyTE().topK(topK + 1).values();
        Tensor ifInside = largest.narrow(1, topK, 1);
        Tensor ifOutside = largest.narrow(1, topK - 1, 1);
        Tensor insideTE = inside(routing);
        Tensor thresholdTE =
                ifInside.mul(insideTE).add(ifOutside.mul(insideTE.neg().add(1)));
        return Functions.normalCdf(noise.cleanTE().sub(thresholdTE).div(noise.deviationTE()));
    }

    /** Returns 1 where an expert was chosen, 0 elsewhere (T, E). */
    private static Tensor inside(Routing routing) {
        int experts = routing.experts();
        float[] inside = new float[routing.tokens() * experts];
        for (int token = 0; token < routing.tokens(); token++) {
            for (int choice = 0; choice < routing.topK(); choice++) {
                inside[token * experts + routing.choices().expert(token, choice)] = 1;
            }
        }
        return Tensors.of(inside, routing.tokens(), experts);
    }

    /** Returns the squared coefficient of variation {@code var / (mean^2 + 1e-10)}, with the population variance. */
    public static Tensor variation(Tensor valuesE) {
        Tensor mean = valuesE.mean();
        return valuesE.sub(mean).square().mean().div(mean.square().add(CV_EPSILON));
    }

    private static Tensor fractions(long[] counts, long total) {
        float[] fractions = new float[counts.length];
        for (int i = 0; i < counts.length; i++) {
            fractions[i] = (float) ((double) counts[i] / total);
        }
        return Tensors.of(fractions, counts.length);
    }
}
