package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.moe.balance.BalanceLosses;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;
import java.util.Optional;

// Shapes: T tokens, D model width, E experts, K choices per token.
/**
 * Noisy top-k gating (Shazeer et al. 2017, arXiv 1701.06538): {@code H = x W_g^T + eps * (softplus(x W_n^T) + 1e-2)} with eps
 * standard normal; each token keeps its K best experts by H. W_g and W_n start at zero, as in tensor2tensor, so that at first
 * only the noise distributes the tokens.
 *
 * <p>With {@code norm_topk_prob} the weights are those of the paper, the softmax over the K kept values of H. Without it, as a
 * single expert per token requires, they are the kept entries of the softmax over all of H. Noise is drawn in training only;
 * evaluation chooses by {@code x W_g^T}. The paper's own balance loss is {@link BalanceLosses#importanceLoad}.
 */
public final class NoisyTopKRouter implements Router {
    private static final double NOISE_EPSILON = 1e-2;

    /** The kind {@code noisy_top_k}; it has no options. */
    @JsonTypeName("noisy_top_k")
    public record Spec() implements RouterSpec {
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
            return 2 * sizes.linear();
        }

        @Override
        public NoisyTopKRouter build(Sizes sizes, Init init) {
            return new NoisyTopKRouter(
                    sizes,
                    init.zeroMatrix("weight", sizes.experts(), sizes.width()),
                    init.child("noise").zeroMatrix("weight", sizes.experts(), sizes.width()));
        }
    }

    private final RouterSpec.Sizes sizes;
    private final Tensor weightED;
    private final Tensor noiseED;

    private NoisyTopKRouter(RouterSpec.Sizes sizes, Tensor weightED, Tensor noiseED) {
        this.sizes = sizes;
        this.weightED = weightED;
        this.noiseED = noiseED;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        return context.training()
                ? noisy(xTD, Tensors.normal(Rng.dropout(), 0, 1, xTD.size(0), sizes.experts()))
                : clean(xTD);
    }

    private Routing clean(Tensor xTD) {
        Tensor logitsTE = Gates.logits(xTD, weightED);
        return Gates.best(logitsTE, SoftmaxKernel.apply(logitsTE), sizes);
    }

    /** Routes with the given standard normal noise (T, E). */
    Routing noisy(Tensor xTD, Tensor epsTE) {
        Tensor cleanTE = Gates.logits(xTD, weightED);
        Tensor deviationTE = Functions.softplus(Gates.logits(xTD, noiseED)).add(NOISE_EPSILON);
        Tensor noisyTE = cleanTE.add(deviationTE.mul(epsTE));
        Routing routing = Gates.best(noisyTE, SoftmaxKernel.apply(noisyTE), sizes);
        return new Routing(
                noisyTE,
                routing.probabilitiesTE(),
                routing.weightsTK(),
                routing.choices(),
                Optional.of(new Routing.Noise(cleanTE, deviationTE, noisyTE)));
    }
}
