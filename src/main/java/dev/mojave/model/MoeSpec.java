package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.base.Default;
import dev.mojave.moe.BalanceLosses;
import dev.mojave.moe.RouterSpec;
import dev.mojave.moe.TopKRouter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code moe} section of a model.
 *
 * @param numExperts experts per sparse layer
 * @param numExpertsPerTok experts that one token uses
 * @param normTopkProb whether the weights of the chosen experts are divided by their sum
 * @param decoderSparseStep every n-th layer is sparse; 1 = all
 * @param mlpOnlyLayers indices, from 0, of layers that are dense all the same
 * @param moeIntermediateSize width of each expert; absent = the model's {@code intermediate_size}
 * @param sharedExpertIntermediateSize width of the expert that every token goes through besides; 0 = there is none
 * @param sharedExpertGate whether the shared expert's output is multiplied with a gate of its own
 * @param router how tokens choose
 * @param losses coefficients of the balance losses
 */
public record MoeSpec(
        int numExperts,
        int numExpertsPerTok,
        boolean normTopkProb,
        int decoderSparseStep,
        @Default("[]") List<Integer> mlpOnlyLayers,
        @Nullable Integer moeIntermediateSize,
        @Default("0") int sharedExpertIntermediateSize,
        @Default("false") boolean sharedExpertGate,
        Router router,
        BalanceLosses.Coefficients losses) {
    /** The routers by their names in a recipe. */
    public enum Router {
        @JsonProperty("top_k")
        TOP_K
    }

    /** Checks the combination; a width of 1 stands in for the model's. */
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
        routerSpec(router, 1, numExperts, numExpertsPerTok, normTopkProb);
    }

    /** A mixture without a shared expert whose experts are as wide as the model's feed-forward. */
    public MoeSpec(
            int numExperts,
            int numExpertsPerTok,
            boolean normTopkProb,
            int decoderSparseStep,
            Router router,
            BalanceLosses.Coefficients losses) {
        this(numExperts, numExpertsPerTok, normTopkProb, decoderSparseStep, List.of(), null, 0, false, router, losses);
    }

    /** Returns the router for a model of the given width. */
    RouterSpec routerSpec(int width) {
        return routerSpec(router, width, numExperts, numExpertsPerTok, normTopkProb);
    }

    private static RouterSpec routerSpec(Router router, int width, int experts, int topK, boolean renormalize) {
        return switch (router) {
            case TOP_K -> new TopKRouter.Spec(width, experts, topK, renormalize);
        };
    }

    /** Returns whether the layer with this index, from 0, is sparse: the n-th, 2n-th... as in transformers. */
    public boolean sparse(int layer) {
        return (layer + 1) % decoderSparseStep == 0 && !mlpOnlyLayers.contains(layer);
    }

    /** Returns why such a mixture cannot learn, if it cannot; it may have come from elsewhere and still be run. */
    public Optional<String> untrainable() {
        boolean cut = numExpertsPerTok == 1 && numExperts > 1 && normTopkProb;
        return cut
                ? Optional.of(
                        "norm_topk_prob with num_experts_per_tok 1 makes every weight 1 and cuts the router's gradient;"
                                + " set norm_topk_prob to false")
                : Optional.empty();
    }
}
