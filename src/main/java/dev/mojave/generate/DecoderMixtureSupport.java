package dev.mojave.generate;

import dev.mojave.moe.Capacity;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.LinearExperts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.ExpertChoiceRouter;
import dev.mojave.moe.router.HashRouter;
import dev.mojave.moe.router.LossFreeRouter;
import dev.mojave.moe.router.NoisyTopKRouter;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.SinkhornRouter;
import dev.mojave.moe.router.SoftRouter;
import dev.mojave.moe.router.TaskAwareRouter;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.moe.router.UniformRouter;
import dev.mojave.nn.FeedForward;
import java.util.Optional;

/** The mixtures that the decoder supports, with every component named as in {@link DecoderSupport}. */
final class DecoderMixtureSupport {
    private DecoderMixtureSupport() {}

    static boolean supports(MoeLayer.Spec mixture) {
        return switch (mixture) {
            case MoeLayer.Spec(
                    RouterSpec router,
                    RouterSpec.Sizes(int _, int _, int _, boolean _),
                    ExpertBank.Spec experts,
                    MoeLayer.DispatchSpec(Dispatch.Kind dispatch, Optional<Capacity> _, double _),
                    Optional<SharedExpert.Spec> shared) ->
                supports(router)
                        && supports(experts)
                        && supports(dispatch)
                        && shared.map(DecoderMixtureSupport::supports).orElse(true);
        };
    }

    /** Supports routers that send a token to the experts with its K largest logits, weighted by softmax. */
    private static boolean supports(RouterSpec router) {
        return switch (router) {
            case TopKRouter.Spec() -> true;
            case NoisyTopKRouter.Spec _,
                    SinkhornRouter.Spec _,
                    ExpertChoiceRouter.Spec _,
                    LossFreeRouter.Spec _,
                    TaskAwareRouter.Spec _,
                    HashRouter.Spec _,
                    UniformRouter.Spec _,
                    SoftRouter.Spec _ -> false;
        };
    }

    private static boolean supports(ExpertBank.Spec experts) {
        return switch (experts) {
            case Experts.Spec(int _, FeedForward.Spec each, double _) -> DecoderSupport.supports(each);
            case LinearExperts.Spec _ -> false;
        };
    }

    private static boolean supports(Dispatch.Kind dispatch) {
        return switch (dispatch) {
            case DROPLESS, NAIVE -> true;
            case CAPACITY -> false;
        };
    }

    private static boolean supports(SharedExpert.Spec shared) {
        return switch (shared) {
            case SharedExpert.Spec(FeedForward.Spec feedForward, boolean _) -> DecoderSupport.supports(feedForward);
        };
    }
}
