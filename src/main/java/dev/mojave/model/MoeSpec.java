package dev.mojave.model;

import dev.mojave.base.Check;
import dev.mojave.base.Default;
import dev.mojave.moe.BalanceLoss;
import dev.mojave.moe.Capacity;
import dev.mojave.moe.Coefficients;
import dev.mojave.moe.Dispatch;
import dev.mojave.moe.Experts;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.RouterSpec;
import dev.mojave.moe.SharedExpert;
import dev.mojave.nn.FeedForward;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code moe} section of a model.
 *
 * @param numExperts experts per sparse layer
 * @param numExpertsPerTok experts that one token uses
 * @param normTopkProb whether the weights of the chosen experts are divided by their sum; routers without such weights (expert_choice,
 *     hash, uniform, soft) do not look at it
 * @param decoderSparseStep every n-th layer is sparse; 1 = all
 * @param mlpOnlyLayers indices, from 0, of layers that are dense all the same
 * @param moeIntermediateSize width of each expert; absent = the model's {@code intermediate_size}
 * @param sharedExpertIntermediateSize width of the expert that every token goes through besides; 0 = there is none
 * @param sharedExpertGate whether the shared expert's output is multiplied with a gate of its own
 * @param router how tokens choose
 * @param losses which balance losses join the training loss, and their coefficients
 * @param dispatch how tokens reach their experts
 * @param capacityFactor how many tokens an expert takes; with dispatch capacity alone
 * @param inputJitter in training the router's input is multiplied by U(1 - e, 1 + e)
 * @param expertDropout probability with which intermediate values of experts are dropped
 */
public record MoeSpec(
        int numExperts,
        int numExpertsPerTok,
        boolean normTopkProb,
        @Default("1") int decoderSparseStep,
        @Default("[]") List<Integer> mlpOnlyLayers,
        @Nullable Integer moeIntermediateSize,
        @Default("0") int sharedExpertIntermediateSize,
        @Default("false") boolean sharedExpertGate,
        @Default("top_k") RouterSpec router,
        @Default("{}") Coefficients losses,
        @Default("dropless") Dispatch.Kind dispatch,
        @Nullable Capacity capacityFactor,
        @Default("0.0") double inputJitter,
        @Default("0.0") double expertDropout) {

    /** Checks every value, alone and together; a width of 1 stands in for the model's. */
    public MoeSpec {
        Check.that(decoderSparseStep >= 1, "decoder_sparse_step (%d) must be at least 1", decoderSparseStep);
        Check.that(
                mlpOnlyLayers.stream().allMatch(layer -> layer >= 0),
                "mlp_only_layers (%s) counts layers from 0",
                mlpOnlyLayers);
        if (moeIntermediateSize != null) {
            Check.that(moeIntermediateSize > 0, "moe_intermediate_size (%d) must be positive", moeIntermediateSize);
        }
        Check.that(
                sharedExpertIntermediateSize >= 0,
                "shared_expert_intermediate_size (%d) must not be negative; 0 leaves the shared expert out",
                sharedExpertIntermediateSize);
        Check.that(
                sharedExpertIntermediateSize > 0 || !sharedExpertGate,
                "shared_expert_gate needs a shared expert; set shared_expert_intermediate_size");
        mlpOnlyLayers = List.copyOf(mlpOnlyLayers);
        router.check(new RouterSpec.Sizes(1, numExperts, numExpertsPerTok, normTopkProb));
        checkLosses(router, losses);
        checkCapacity(router, dispatch, capacityFactor);
        Check.that(
                0 <= inputJitter && inputJitter < 1, "input_jitter (%s) must be at least 0 and below 1", inputJitter);
        Check.that(
                inputJitter == 0 || router.learns(),
                "input_jitter changes nothing with router %s, which does not look at its input; remove input_jitter",
                router.kind());
        Check.that(
                0 <= expertDropout && expertDropout < 1,
                "expert_dropout (%s) must be at least 0 and below 1",
                expertDropout);
    }

    /** A mixture with a router and balance losses, and every other option at its default. */
    public MoeSpec(int numExperts, int numExpertsPerTok, boolean normTopkProb, RouterSpec router, Coefficients losses) {
        this(
                numExperts,
                numExpertsPerTok,
                normTopkProb,
                1,
                List.of(),
                null,
                0,
                false,
                router,
                losses,
                Dispatch.Kind.DROPLESS,
                null,
                0,
                0);
    }

    /** Returns the same mixture in every n-th layer. */
    public MoeSpec withSparseStep(int step) {
        return new MoeSpec(
                numExperts,
                numExpertsPerTok,
                normTopkProb,
                step,
                mlpOnlyLayers,
                moeIntermediateSize,
                sharedExpertIntermediateSize,
                sharedExpertGate,
                router,
                losses,
                dispatch,
                capacityFactor,
                inputJitter,
                expertDropout);
    }

    /** Checks the width of the shared expert in a model whose feed-forwards have the given width. */
    void checkShared(int intermediateSize) {
        int each = moeIntermediateSize == null ? intermediateSize : moeIntermediateSize;
        Check.that(
                sharedExpertIntermediateSize <= (long) numExperts * each,
                "moe.shared_expert_intermediate_size (%d) must be at most %d, the width of all %d experts together: beyond that the mixture"
                        + " is the lesser part of its layer",
                sharedExpertIntermediateSize,
                (long) numExperts * each,
                numExperts);
    }

    private static void checkLosses(RouterSpec router, Coefficients losses) {
        for (BalanceLoss loss : losses.schedules().keySet()) {
            boolean pointless = loss.balances() || !router.learns();
            Check.that(
                    !pointless || router.againstBalanceLosses().isEmpty(),
                    "losses.%s makes no sense with router %s: %s; remove it",
                    loss.key(),
                    router.kind(),
                    router.againstBalanceLosses().orElse(""));
        }
    }

    private static void checkCapacity(RouterSpec router, Dispatch.Kind dispatch, @Nullable Capacity capacity) {
        Check.that(
                capacity == null || router.againstCapacity().isEmpty(),
                "capacity_factor makes no sense with router %s: %s; remove it",
                router.kind(),
                router.againstCapacity().orElse(""));
        Check.that(
                capacity == null || dispatch == Dispatch.Kind.CAPACITY,
                "capacity_factor needs dispatch: capacity; dispatch %s drops no token",
                dispatch == Dispatch.Kind.NAIVE ? "naive" : "dropless");
        Check.that(
                capacity != null || dispatch != Dispatch.Kind.CAPACITY,
                "dispatch: capacity needs capacity_factor, for example {train: 1.25, eval: 2.0}");
    }

    /** Returns what the router needs to know in a model of the given width. */
    RouterSpec.Sizes sizes(int width) {
        return new RouterSpec.Sizes(width, numExperts, numExpertsPerTok, normTopkProb);
    }

    /** Returns what the layers compute in a model whose feed-forwards are such. */
    MoeLayer.Spec layer(int width, ModelKeys.FeedForward feedForward) {
        Integer size = moeIntermediateSize;
        FeedForward.Spec each =
                (size == null ? feedForward : feedForward.withIntermediateSize(size)).spec(width);
        return new MoeLayer.Spec(
                router,
                sizes(width),
                new Experts.Spec(numExperts, each, expertDropout),
                travel(),
                sharedExpertIntermediateSize == 0
                        ? Optional.empty()
                        : Optional.of(new SharedExpert.Spec(
                                feedForward
                                        .withIntermediateSize(sharedExpertIntermediateSize)
                                        .spec(width),
                                sharedExpertGate)));
    }

    /** Returns how tokens travel between router and experts. */
    private MoeLayer.Travel travel() {
        return new MoeLayer.Travel(dispatch, Optional.ofNullable(capacityFactor), inputJitter);
    }

    /** Returns whether the layer with this index, from 0, is sparse: the n-th, 2n-th... as in transformers. */
    public boolean sparse(int layer) {
        return (layer + 1) % decoderSparseStep == 0 && !mlpOnlyLayers.contains(layer);
    }

    /** Returns why such a mixture cannot learn, if it cannot; it may have come from elsewhere and still be run. */
    public Optional<String> untrainable() {
        boolean cut = router.normalises() && numExpertsPerTok == 1 && numExperts > 1 && normTopkProb;
        return cut
                ? Optional.of(
                        "norm_topk_prob with num_experts_per_tok 1 makes every weight 1 and cuts the router's gradient;"
                                + " set norm_topk_prob to false")
                : Optional.empty();
    }
}
