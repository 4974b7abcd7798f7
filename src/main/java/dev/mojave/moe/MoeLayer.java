package dev.mojave.moe;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.Router;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.SoftRouter;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.mixture.MixtureBranch;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import java.util.Optional;

// Shapes: B batch, S tokens, D model width, T routed tokens: B * S without padding.
/**
 * A mixture of experts in place of a feed-forward layer: it routes and dispatches tokens, combines the results, and adds the
 * shared expert if there is one. Padding is neither routed nor computed; its output is 0.
 */
public final class MoeLayer {
    /**
     * How tokens are dispatched to experts; its keys are part of {@code moe} in a recipe.
     *
     * @param dispatch kind of dispatch
     * @param capacity capacity of each expert, {@code capacity_factor}; only with dispatch capacity
     * @param inputJitter e, where training multiplies the router's input by U(1 - e, 1 + e) (Switch, arXiv 2101.03961); 0 = off
     */
    public record DispatchSpec(
            @Default("dropless") Dispatch.Kind dispatch,
            @JsonProperty("capacity_factor") Optional<Capacity> capacity,
            @Default("0.0") double inputJitter) {
        /** Every token reaches its experts, and the router's input is not perturbed. */
        public static final DispatchSpec DROPLESS = new DispatchSpec(Dispatch.Kind.DROPLESS, Optional.empty(), 0);
    }

    /** Specification of the router, the experts, the dispatch between them, and the shared expert. */
    public record Spec(
            RouterSpec router,
            RouterSpec.Sizes sizes,
            ExpertBank.Spec experts,
            DispatchSpec dispatchSpec,
            Optional<SharedExpert.Spec> shared) {
        /** Creates a mixture with dropless dispatch and no shared expert. */
        public Spec(RouterSpec router, RouterSpec.Sizes sizes, ExpertBank.Spec experts) {
            this(router, sizes, experts, DispatchSpec.DROPLESS, Optional.empty());
        }

        /** Returns the number of parameters of the router. */
        public long routerParameterCount() {
            return router.parameterCount(sizes);
        }

        /** Returns the number of parameters. */
        public long parameterCount() {
            return routerParameterCount() + experts.parameterCount() + sharedParameterCount();
        }

        /** Returns the number of parameters of the shared expert. */
        public long sharedParameterCount() {
            return shared.map(SharedExpert.Spec::parameterCount).orElse(0L);
        }

        /** Returns the number of the shared expert's weights in the matrix products of one token. */
        public long sharedMatmulWeights() {
            return shared.map(SharedExpert.Spec::matmulWeights).orElse(0L);
        }

        /**
         * Builds the layer with parameters under {@code router}, {@code experts} and, if there is a shared expert,
         * {@code shared}.
         *
         * @param residual factor on the initial standard deviation of the experts' output projections
         */
        public MoeLayer build(Init init, double residual) {
            return new MoeLayer(
                    this,
                    router.build(sizes, init.child("router").as(Role.ROUTER)),
                    experts.build(init.child("experts"), residual),
                    shared.map(spec -> spec.build(init.child("shared"), residual)));
        }
    }

    /**
     * The result of one pass.
     *
     * @param yBSD output, float32 (B, S, D)
     * @param routing decisions of the router for the T tokens
     */
    public record Output(Tensor yBSD, Routing routing) {}

    /** The parts of a mixture, for code that computes with them outside the layer. */
    public record Weights(Spec spec, Router router, ExpertBank experts, Optional<SharedExpert.Weights> shared) {}

    private final Spec spec;
    private final Router router;
    private final ExpertBank experts;
    private final Optional<SharedExpert> shared;

    private MoeLayer(Spec spec, Router router, ExpertBank experts, Optional<SharedExpert> shared) {
        this.spec = spec;
        this.router = router;
        this.experts = experts;
        this.shared = shared;
    }

    /** Returns the parts, which the layer still owns. */
    public Weights weights() {
        return new Weights(spec, router, experts, shared.map(SharedExpert::weights));
    }

    /**
     * Applies the chosen experts, whose outputs may have another width, and the shared expert to each token.
     *
     * @param xBSD (B, S, D), any float dtype
     */
    public Output forward(Tensor xBSD, Tokens tokens, Context context) {
        long[] shape = xBSD.shape();
        Tensor xTD = tokens.routedOf(xBSD.to(DType.FLOAT32).reshape(-1, shape[2]));
        Routing routing = route(xTD, tokens, context);
        Tensor chosenTD = everyExpert()
                ? Dispatch.naive(xTD, routing, experts, context)
                : Dispatch.grouped(xTD, routing, experts, context);
        Tensor yTD = shared.isPresent() ? chosenTD.add(shared.get().forward(xTD, context)) : chosenTD;
        return new Output(tokens.among(yTD).view(shape[0], shape[1], yTD.size(1)), routing);
    }

    private boolean everyExpert() {
        return spec.dispatchSpec.dispatch == Dispatch.Kind.NAIVE || spec.router instanceof SoftRouter.Spec;
    }

    /**
     * Applies the mixture branch of a pre-norm block, {@code x + dropout(mixture(norm(x)))}. Where the fused kernels support the
     * layer, they compute everything but the router.
     *
     * @param xBSD the residual stream, float32 (B, S, D)
     * @param dropout dropout probability of the branch in this pass
     * @return the new residual stream and the decisions of the router
     */
    public Output residual(Tensor xBSD, Norm norm, Tokens tokens, double dropout, Context context) {
        if (grouped() && experts instanceof Experts feedForwards && feedForwards.fuses(xBSD, context)) {
            MixtureBranch branch = new MixtureBranch(xBSD.reshape(-1, xBSD.size(-1)), norm.normalisation());
            Tensor xTD = tokens.routedOf(branch.normedTD());
            Routing routing = route(xTD, tokens, context);
            Optional<Tensor> sharedTD = shared.map(expert -> expert.forward(xTD, context));
            Tensor y = feedForwards.residual(branch, tokens, routing, sharedTD, dropout, context);
            return new Output(y.view(xBSD.shape()), routing);
        }
        Output mixture = forward(norm.forward(xBSD), tokens, context);
        return new Output(xBSD.add(DropoutKernel.apply(mixture.yBSD, dropout)), mixture.routing);
    }

    /** Returns whether the fused kernels support the dispatch and the router of this layer. */
    private boolean grouped() {
        return switch (spec) {
            case Spec(
                    RouterSpec router,
                    RouterSpec.Sizes _,
                    ExpertBank.Spec _,
                    DispatchSpec(Dispatch.Kind dispatch, Optional<Capacity> _, double _),
                    Optional<SharedExpert.Spec> _) ->
                !(router instanceof SoftRouter.Spec)
                        && switch (dispatch) {
                            case DROPLESS, CAPACITY -> true;
                            case NAIVE -> false;
                        };
        };
    }

    private Routing route(Tensor xTD, Tokens tokens, Context context) {
        double jitter = context.training() ? spec.dispatchSpec.inputJitter : 0;
        Tensor seenTD =
                jitter == 0 ? xTD : xTD.mul(Tensors.uniform(Rng.dropout(), 1 - jitter, 1 + jitter, xTD.shape()));
        Routing routing = router.route(seenTD, tokens, context);
        return spec.dispatchSpec
                .capacity
                .map(capacity -> routing.limited(capacity.of(routing, context.training())))
                .orElse(routing);
    }

    /** Reports the requested load of a step to the router; see {@link Router#afterStep}. */
    public void afterStep(long[] requestedOfExpert) {
        router.afterStep(requestedOfExpert);
    }
}
