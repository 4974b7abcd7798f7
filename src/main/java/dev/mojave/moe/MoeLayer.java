package dev.mojave.moe;

import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import java.util.Optional;

/** A mixture of experts in the place of a feed-forward: route, dispatch, combine, and add the shared expert where there is one. */
public final class MoeLayer {
    /** Router, experts and what every token goes through besides. */
    public record Spec(RouterSpec router, Experts.Spec experts, Optional<SharedExpert.Spec> shared) {
        /** A mixture without a shared expert. */
        public Spec(RouterSpec router, Experts.Spec experts) {
            this(router, experts, Optional.empty());
        }

        /** Returns the number of parameters. */
        public long parameterCount() {
            return router.parameterCount() + experts.parameterCount() + sharedParameterCount();
        }

        /** Returns the number of parameters of the shared expert. */
        public long sharedParameterCount() {
            return shared.map(SharedExpert.Spec::parameterCount).orElse(0L);
        }

        /** Returns the number of weights of the shared expert that a token is multiplied with. */
        public long sharedMatmulWeights() {
            return shared.map(SharedExpert.Spec::matmulWeights).orElse(0L);
        }

        /** Makes the layer with parameters under {@code router}, {@code experts} and, where there is one, {@code shared}. */
        public MoeLayer build(Init init, double residual) {
            return new MoeLayer(
                    router.build(init.child("router")),
                    experts.build(init.child("experts"), residual),
                    shared.map(spec -> spec.build(init.child("shared"), residual)));
        }
    }

    /**
     * The result of one pass.
     *
     * @param yBSD float32 (B, S, D)
     * @param routing what the router decided for the B * S tokens
     */
    public record Output(Tensor yBSD, Routing routing) {}

    private final Router router;
    private final Experts experts;
    private final Optional<SharedExpert> shared;

    private MoeLayer(Router router, Experts experts, Optional<SharedExpert> shared) {
        this.router = router;
        this.experts = experts;
        this.shared = shared;
    }

    /**
     * Transforms each token by its chosen experts and the shared one.
     *
     * @param xBSD (B, S, D), any float dtype
     */
    public Output forward(Tensor xBSD, Context context) {
        long[] shape = xBSD.shape();
        Tensor xTD = xBSD.to(DType.FLOAT32).reshape(-1, shape[2]);
        Routing routing = router.route(xTD);
        Tensor chosenTD = Dispatch.dropless(xTD, routing, experts, context);
        Tensor yTD = shared.isPresent() ? chosenTD.add(shared.get().forward(xTD, context)) : chosenTD;
        return new Output(yTD.view(shape), routing);
    }
}
