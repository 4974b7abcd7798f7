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
 * A mixture of experts in the place of a feed-forward: route, dispatch, combine, and add the shared expert where there is one. Padding is
 * neither routed nor computed, and gives 0.
 */
public final class MoeLayer {
    /**
     * How tokens travel; {@code moe} in a recipe has its keys.
     *
     * @param dispatch how they reach their experts
     * @param capacity what an expert takes, {@code capacity_factor}; with dispatch capacity alone
     * @param inputJitter the router's input is multiplied by U(1 - e, 1 + e) in training (Switch, arXiv 2101.03961); 0 = not at all
     */
    public record DispatchSpec(
            @Default("dropless") Dispatch.Kind dispatch,
            @JsonProperty("capacity_factor") Optional<Capacity> capacity,
            @Default("0.0") double inputJitter) {
        /** Every token reaches its experts, and routers see what experts see. */
        public static final DispatchSpec DROPLESS = new DispatchSpec(Dispatch.Kind.DROPLESS, Optional.empty(), 0);
    }

    /** Router, experts, how tokens travel between them, and what every token goes through besides. */
    public record Spec(
            RouterSpec router,
            RouterSpec.Sizes sizes,
            ExpertBank.Spec experts,
            DispatchSpec dispatchSpec,
            Optional<SharedExpert.Spec> shared) {
        /** A plain mixture without a shared expert. */
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

        /** Returns the number of weights of the shared expert that a token is multiplied with. */
        public long sharedMatmulWeights() {
            return shared.map(SharedExpert.Spec::matmulWeights).orElse(0L);
        }

        /** Makes the layer with parameters under {@code router}, {@code experts} and, where there is one, {@code shared}. */
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
     * @param yBSD float32 (B, S, D)
     * @param routing what the router decided for the T tokens
     */
    public record Output(Tensor yBSD, Routing routing) {}

    /** What a mixture is made of, for code that computes with it outside layers. */
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

    /** Hands out what it is made of. */
    public Weights weights() {
        return new Weights(spec, router, experts, shared.map(SharedExpert::weights));
    }

    /**
     * Transforms each token by its chosen experts, whose results may have another width, and the shared one.
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
     * The sparse half of a pre-norm block, {@code x + dropout(mixture(norm(x)))}; kernels do all but the router's own arithmetic where they
     * run.
     *
     * @param xBSD the residual stream, float32 (B, S, D)
     * @param dropout probability in force
     * @return the sum, and what the router decided
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

    /** Returns whether kernels may take rows to the experts of their tokens: what the specification says, all of it, is known to them. */
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

    /** Tells the router what the step wanted of each expert; see {@link Router#afterStep}. */
    public void afterStep(long[] requestedOfExpert) {
        router.afterStep(requestedOfExpert);
    }
}
