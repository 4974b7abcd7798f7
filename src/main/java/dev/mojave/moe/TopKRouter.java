package dev.mojave.moe;

import dev.mojave.base.Check;
import dev.mojave.nn.Init;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;

// Shapes: T tokens, D model width, E experts, K choices per token.
/**
 * Token-choice router: {@code p = softmax(x W^T)}; each token keeps its K best experts and weighs them by p.
 *
 * <p>Float32 throughout, as in Switch (arXiv 2101.03961, K = 1). With {@code renormalize} the K weights are divided by their
 * sum, which equals Mixtral's softmax over the K best logits (arXiv 2401.04088).
 */
public final class TopKRouter implements Router {
    /** Sizes and options. */
    public record Spec(int width, int experts, int topK, boolean renormalize) implements RouterSpec {
        /** Checks that the choice exists. */
        public Spec {
            Check.that(experts >= 1, "num_experts (%d) must be at least 1", experts);
            Check.that(
                    1 <= topK && topK <= experts,
                    "num_experts_per_tok (%d) must be between 1 and num_experts (%d)",
                    topK,
                    experts);
        }

        @Override
        public long parameterCount() {
            return (long) width * experts;
        }

        @Override
        public TopKRouter build(Init init) {
            return new TopKRouter(this, init.matrix("weight", experts, width));
        }
    }

    private final Spec spec;
    private final Tensor weightED;

    private TopKRouter(Spec spec, Tensor weightED) {
        this.spec = spec;
        this.weightED = weightED;
    }

    @Override
    public Routing route(Tensor xTD) {
        Tensor logitsTE = Functions.linear(xTD.to(DType.FLOAT32), weightED);
        Tensor probabilitiesTE = Functions.softmax(logitsTE, 1);
        Tensor.TopK best = probabilitiesTE.topK(spec.topK);
        Tensor weightsTK =
                spec.renormalize ? best.values().div(best.values().sum(1).unsqueeze(1)) : best.values();
        Choices choices = new Choices(best.indices().toLongs(), (int) xTD.size(0), spec.experts, spec.topK);
        return new Routing(logitsTE, probabilitiesTE, weightsTK, choices);
    }
}
