package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;

// Shapes: T tokens, D model width, E experts, K choices per token.
/**
 * Token-choice router: {@code p = softmax(x W^T)}; each token keeps its K best experts, weighted by p.
 *
 * <p>Routing is float32 throughout, as in Switch (arXiv 2101.03961, K = 1). With {@code norm_topk_prob} the K weights are divided
 * by their sum, which equals Mixtral's softmax over the K best logits (arXiv 2401.04088).
 */
public final class TopKRouter implements Router {
    /** The kind {@code top_k}; it has no options. */
    @JsonTypeName("top_k")
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
            return sizes.linear();
        }

        @Override
        public TopKRouter build(Sizes sizes, Init init) {
            return new TopKRouter(sizes, init.matrix("weight", sizes.experts(), sizes.width()));
        }
    }

    private final RouterSpec.Sizes sizes;
    private final Tensor weightED;

    private TopKRouter(RouterSpec.Sizes sizes, Tensor weightED) {
        this.sizes = sizes;
        this.weightED = weightED;
    }

    /** Returns the linear map from activations to logits, float32 (E, D). */
    public Tensor weightED() {
        return weightED;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        Tensor logitsTE = Gates.logits(xTD, weightED);
        return Gates.best(logitsTE, SoftmaxKernel.apply(logitsTE), sizes);
    }
}
