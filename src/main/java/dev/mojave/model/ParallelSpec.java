package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.base.Default;
import dev.mojave.moe.Coefficients;
import dev.mojave.moe.RouterSpec;
import dev.mojave.nn.Positions;

/**
 * The {@code parallel} section of a model: MoEP (Tapaninaho, BabyLM workshop 2025, 2025.babylm-main.39). Between the first and the last
 * {@code full_layers} layers, tokens are shrunk to a smaller width by a mixture of maps, pass through layers of several small transformer
 * blocks, of which a router chooses some for each token, and are grown back by another mixture of maps. docs/systems.md says what the
 * paper leaves open and what was chosen.
 *
 * @param hiddenSize width of the parallel blocks
 * @param numAttentionHeads heads of each block; divides the width
 * @param intermediateSize width of each block's feed-forward
 * @param fullLayers layers of full width before shrinking, and as many after growing
 * @param attention what a routed token sees in a block
 * @param gate how the results of a token's blocks are weighted
 * @param normalize whether routers and maps read the stream normalised, without weights; else as it is
 * @param residual whether the full-width stream also goes around all parallel layers, from before shrinking to after growing
 * @param blocks the blocks of a layer and how they are chosen
 * @param projections the maps that shrink and grow and how they are chosen
 */
public record ParallelSpec(
        int hiddenSize,
        int numAttentionHeads,
        int intermediateSize,
        @Default("1") int fullLayers,
        @Default("routed_tokens") Visible attention,
        @Default("weighted") Gate gate,
        @Default("true") boolean normalize,
        @Default("true") boolean residual,
        Blocks blocks,
        Projections projections) {
    /** What a token that is routed to a block sees there. */
    public enum Visible {
        /** The tokens up to itself that are routed to the same block: a block computes its own tokens and nothing else. */
        @JsonProperty("routed_tokens")
        ROUTED_TOKENS,
        /** All tokens up to itself: every block computes its attention for every token, and its feed-forward for its own. */
        @JsonProperty("all_tokens")
        ALL_TOKENS
    }

    /** How the results of the blocks of a token are summed: {@code x + sum_k g_k (block_k(x) - x)}. */
    public enum Gate {
        /** By the router's weights, from which the router learns. */
        @JsonProperty("weighted")
        WEIGHTED,
        /** Each counts 1, as the paper prints it; the router then learns from its balance loss alone. */
        @JsonProperty("sum")
        SUM
    }

    /** What a map of a projection is. */
    public enum Expert {
        /** One affine map. */
        @JsonProperty("linear")
        LINEAR,
        /** A SwiGLU feed-forward between the two widths. */
        @JsonProperty("swiglu")
        SWIGLU
    }

    /**
     * The blocks of a parallel layer.
     *
     * @param numExperts blocks per layer
     * @param numExpertsPerTok blocks that a token passes through
     * @param normTopkProb whether the weights of a token's blocks are divided by their sum
     * @param router how tokens choose
     * @param losses balance losses of these routers
     */
    public record Blocks(
            int numExperts,
            int numExpertsPerTok,
            boolean normTopkProb,
            @Default("top_k") RouterSpec router,
            @Default("{}") Coefficients losses) {
        /** Checks the combination. */
        public Blocks {
            check(numExperts, numExpertsPerTok, normTopkProb, router, losses);
        }

        RouterSpec.Sizes sizes(int width) {
            return new RouterSpec.Sizes(width, numExperts, numExpertsPerTok, normTopkProb);
        }
    }

    /**
     * The maps that shrink, and as many that grow.
     *
     * @param expert what each is
     * @param intermediateSize inner width of a SwiGLU; no meaning for linear ones
     * @param numExperts maps per projection
     * @param numExpertsPerTok maps that a token uses
     * @param normTopkProb whether their weights are divided by their sum
     * @param router how tokens choose
     * @param losses balance losses of these routers
     */
    public record Projections(
            @Default("linear") Expert expert,
            @Default("0") int intermediateSize,
            int numExperts,
            int numExpertsPerTok,
            boolean normTopkProb,
            @Default("top_k") RouterSpec router,
            @Default("{}") Coefficients losses) {
        /** Checks the combination. */
        public Projections {
            check(numExperts, numExpertsPerTok, normTopkProb, router, losses);
            Check.that(
                    expert != Expert.SWIGLU || intermediateSize > 0,
                    "intermediate_size (%d) of swiglu projections must be positive",
                    intermediateSize);
        }

        RouterSpec.Sizes sizes(int width) {
            return new RouterSpec.Sizes(width, numExperts, numExpertsPerTok, normTopkProb);
        }
    }

    private static void check(int experts, int perToken, boolean renormalize, RouterSpec router, Coefficients losses) {
        // A mixture has the same rules.
        MoeSpec unused = new MoeSpec(experts, perToken, renormalize, router, losses);
        Check.that(
                router.causality() == RouterSpec.Causality.CAUSAL
                        && unused.router().categories().isEmpty(),
                "router %s cannot choose parallel blocks or projections: it needs a causal choice by the token alone",
                router.kind());
    }

    /** Checks the sizes. */
    public ParallelSpec {
        Check.that(hiddenSize >= 1, "hidden_size (%d) must be positive", hiddenSize);
        Check.that(
                numAttentionHeads > 0 && hiddenSize % numAttentionHeads == 0,
                "num_attention_heads (%d) must divide hidden_size (%d)",
                numAttentionHeads,
                hiddenSize);
        Check.that(intermediateSize >= 1, "intermediate_size (%d) must be positive", intermediateSize);
        Check.that(fullLayers >= 1, "full_layers (%d) must be at least 1", fullLayers);
    }

    /** Checks what a model must have around such layers. */
    void checkLayers(int numHiddenLayers, Positions positionEmbedding) {
        Check.that(
                numHiddenLayers > 2 * fullLayers,
                "num_hidden_layers (%d) must be more than twice parallel.full_layers (%d)",
                numHiddenLayers,
                fullLayers);
        Check.that(
                positionEmbedding != Positions.ROPE,
                "position_embedding rope does not go with parallel: a block would have to rotate by the place of its tokens in the whole"
                        + " sequence; set it to learned or sinusoidal");
    }
}
