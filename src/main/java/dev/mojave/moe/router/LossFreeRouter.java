package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;

// Shapes: T tokens, D model width, E experts, K choices per token.
/**
 * Balance without a loss (arXiv 2408.15664, DeepSeek-V3): with scores {@code s = sigmoid(x W^T)} or softmax, each token chooses
 * the K experts with the largest {@code s + b} and weights them by s alone. After each optimiser step
 * {@code b_i += u * sign(mean load - load_i)}, where loads are requested loads, counted over the whole batch of the step before
 * capacity drops anything.
 *
 * <p>The bias b is a buffer, not trained by gradients. It is saved with the weights, and evaluation uses it without changing it.
 * With {@code norm_topk_prob} the weights are divided by their sum + 1e-20, as in DeepSeek-V3; then they are multiplied by
 * {@code routed_scaling_factor}.
 */
public final class LossFreeRouter implements Router {
    /** The function from logits to scores. */
    public enum Scores {
        /** A sigmoid of each logit, as in DeepSeek-V3. */
        @JsonProperty("sigmoid")
        SIGMOID,
        /** A softmax over all experts. */
        @JsonProperty("softmax")
        SOFTMAX
    }

    /**
     * The kind {@code loss_free}.
     *
     * @param scores function from logits to scores
     * @param biasUpdateRate update rate u of the biases; 0 keeps them constant
     * @param routedScalingFactor final factor on the weights, positive
     */
    @JsonTypeName("loss_free")
    public record Spec(
            @Default("sigmoid") Scores scores,
            @Default("1.0e-3") double biasUpdateRate,
            @Default("1.0") double routedScalingFactor)
            implements RouterSpec {
        /** Checks the signs. */
        public Spec {
            Check.that(biasUpdateRate >= 0, "bias_update_rate (%s) must not be negative", biasUpdateRate);
            Check.that(routedScalingFactor > 0, "routed_scaling_factor (%s) must be positive", routedScalingFactor);
        }

        @Override
        public boolean normalises() {
            return true;
        }

        @Override
        public Causality causality() {
            return Causality.CAUSAL;
        }

        @Override
        public boolean learns() {
            return true;
        }

        @Override
        public long parameterCount(Sizes sizes) {
            return sizes.linear();
        }

        @Override
        public LossFreeRouter build(Sizes sizes, Init init) {
            return new LossFreeRouter(
                    this,
                    sizes,
                    init.matrix("weight", sizes.experts(), sizes.width()),
                    init.buffer("e_score_correction_bias", sizes.experts()));
        }
    }

    private static final double SUM_EPSILON = 1e-20;

    private final Spec spec;
    private final RouterSpec.Sizes sizes;
    private final Tensor weightED;
    private final Tensor biasE;

    private LossFreeRouter(Spec spec, RouterSpec.Sizes sizes, Tensor weightED, Tensor biasE) {
        this.spec = spec;
        this.sizes = sizes;
        this.weightED = weightED;
        this.biasE = biasE;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        Tensor logitsTE = Gates.logits(xTD, weightED);
        Tensor scoresTE = switch (spec.scores) {
            case SIGMOID -> logitsTE.sigmoid();
            case SOFTMAX -> SoftmaxKernel.apply(logitsTE);
        };
        Tensor chosenTK;
        try (NoGrad _ = NoGrad.open()) {
            chosenTK = scoresTE.add(biasE).topK(sizes.topK()).indices();
        }
        Tensor weightsTK = scoresTE.gather(1, chosenTK);
        if (sizes.renormalize()) {
            weightsTK = weightsTK.div(weightsTK.sum(1).unsqueeze(1).add(SUM_EPSILON));
        }
        if (spec.routedScalingFactor != 1) {
            weightsTK = weightsTK.mul(spec.routedScalingFactor);
        }
        Tensor probabilitiesTE = spec.scores == Scores.SOFTMAX
                ? scoresTE
                : scoresTE.div(scoresTE.sum(1).unsqueeze(1));
        return new Routing(logitsTE, probabilitiesTE, weightsTK, Gates.choices(chosenTK.toLongs(), logitsTE, sizes));
    }

    @Override
    public void afterStep(long[] requestedOfExpert) {
        long total = 0;
        for (long requested : requestedOfExpert) {
            total += requested;
        }
        float[] change = new float[requestedOfExpert.length];
        for (int expert = 0; expert < change.length; expert++) {
            // sign(total / E - load), in integer arithmetic.
            change[expert] = (float)
                    (spec.biasUpdateRate * Long.signum(total - requestedOfExpert[expert] * requestedOfExpert.length));
        }
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            biasE.addInPlace(Tensors.of(change, change.length), 1);
        }
    }
}
