package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.Check;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;
import java.util.Optional;

// Shapes: T tokens, D model width, E experts.
/**
 * Soft routing, the dense control and the original mixture of experts (Jacobs et al. 1991): every token uses every expert,
 * weighted by {@code softmax(x W^T)}. It costs as much as E experts. Unlike Soft MoE (arXiv 2308.00951), which mixes tokens, it
 * is causal.
 */
public final class SoftRouter implements Router {
    /** The kind {@code soft}; it has no options. */
    @JsonTypeName("soft")
    public record Spec() implements RouterSpec {
        @Override
        public void check(Sizes sizes) {
            Check.that(
                    sizes.topK() == sizes.experts(),
                    "router soft uses every expert: set num_experts_per_tok (%d) to num_experts (%d)",
                    sizes.topK(),
                    sizes.experts());
        }

        @Override
        public boolean normalises() {
            return false;
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
        public SoftRouter build(Sizes sizes, Init init) {
            check(sizes);
            return new SoftRouter(sizes, init.matrix("weight", sizes.experts(), sizes.width()));
        }

        @Override
        public Optional<String> againstCapacity() {
            return Optional.of("every expert processes every token");
        }
    }

    private final RouterSpec.Sizes sizes;
    private final Tensor weightED;

    private SoftRouter(RouterSpec.Sizes sizes, Tensor weightED) {
        this.sizes = sizes;
        this.weightED = weightED;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        Tensor logitsTE = Gates.logits(xTD, weightED);
        Tensor probabilitiesTE = SoftmaxKernel.apply(logitsTE);
        Tensor.TopK sorted = probabilitiesTE.topK(sizes.experts());
        return new Routing(
                logitsTE,
                probabilitiesTE,
                sorted.values(),
                Gates.choices(sorted.indices().toLongs(), logitsTE, sizes));
    }
}
