package dev.mojave.moe;

import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;

/** A mixture of experts in the place of a feed-forward: route, dispatch, combine. */
public final class MoeLayer {
    /** Router and experts. */
    public record Spec(RouterSpec router, Experts.Spec experts) {
        /** Returns the number of parameters. */
        public long parameterCount() {
            return router.parameterCount() + experts.parameterCount();
        }

        /** Makes the layer with parameters under {@code router} and {@code experts}. */
        public MoeLayer build(Init init, double residual) {
            return new MoeLayer(router.build(init.child("router")), experts.build(init.child("experts"), residual));
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

    private MoeLayer(Router router, Experts experts) {
        this.router = router;
        this.experts = experts;
    }

    /**
     * Transforms each token by its chosen experts.
     *
     * @param xBSD (B, S, D), any float dtype
     */
    public Output forward(Tensor xBSD, Context context) {
        long[] shape = xBSD.shape();
        Tensor xTD = xBSD.to(DType.FLOAT32).reshape(-1, shape[2]);
        Routing routing = router.route(xTD);
        return new Output(Dispatch.dropless(xTD, routing, experts, context).view(shape), routing);
    }
}
