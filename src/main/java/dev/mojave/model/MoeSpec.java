package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.moe.BalanceLosses;
import dev.mojave.moe.RouterSpec;
import dev.mojave.moe.TopKRouter;

/**
 * The {@code moe} section of a model.
 *
 * @param numExperts experts per sparse layer
 * @param numExpertsPerTok experts that one token uses
 * @param normTopkProb whether the weights of the chosen experts are divided by their sum
 * @param decoderSparseStep every n-th layer is sparse; 1 = all
 * @param router how tokens choose
 * @param losses coefficients of the balance losses
 */
public record MoeSpec(
        int numExperts,
        int numExpertsPerTok,
        boolean normTopkProb,
        int decoderSparseStep,
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
        routerSpec(router, 1, numExperts, numExpertsPerTok, normTopkProb);
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
        return (layer + 1) % decoderSparseStep == 0;
    }
}
