package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.base.tree.Flat;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.nn.Positions;

/**
 * The {@code parallel} section of a model: MoEP (Tapaninaho, BabyLM workshop 2025, 2025.babylm-main.39). Between the first and
 * the last {@code full_layers} layers, a mixture of projections shrinks tokens to a smaller width; the tokens then pass through
 * layers of several small transformer blocks, of which a router chooses some for each token, and another mixture of projections
 * grows them back. docs/systems.md documents what the paper leaves open and what Mojave chose.
 *
 * @param size sizes of each block
 * @param fullLayers number of full-width layers before shrinking, and again after growing
 * @param passage options that the paper leaves open
 * @param blocks number of blocks per layer and how they are chosen
 * @param projections the shrinking and growing projections and how they are chosen
 */
public record ParallelSpec(
        @Flat Size size, @Default("1") int fullLayers, @Flat Passage passage, Blocks blocks, Projections projections) {
    /** Which tokens a token sees in a block that it is routed to. */
    public enum Visible {
        /** The tokens up to itself that are routed to the same block; a block computes only its own tokens. */
        @JsonProperty("routed_tokens")
        ROUTED_TOKENS,
        /**
         * All tokens up to itself; every block computes attention for every token, and the feed-forward layer for its own tokens
         * only.
         */
        @JsonProperty("all_tokens")
        ALL_TOKENS
    }

    /** How the results of the blocks of a token are summed: {@code x + sum_k g_k (block_k(x) - x)}. */
    public enum Gate {
        /** Weighted by the router, which learns through the weights. */
        @JsonProperty("weighted")
        WEIGHTED,
        /** Each with weight 1, as printed in the paper; the router then learns from its balance loss alone. */
        @JsonProperty("sum")
        SUM
    }

    /** The kind of each projection in a mixture of projections. */
    public enum Expert {
        /** One affine map. */
        @JsonProperty("linear")
        LINEAR,
        /** A SwiGLU feed-forward between the two widths. */
        @JsonProperty("swiglu")
        SWIGLU
    }

    /**
     * The sizes of each block.
     *
     * @param hiddenSize width of the block
     * @param numAttentionHeads number of heads; divides the width
     * @param intermediateSize intermediate width of its feed-forward layer
     */
    public record Size(int hiddenSize, int numAttentionHeads, int intermediateSize) {
        /** Checks the sizes. */
        public Size {
            Check.that(hiddenSize >= 1, "hidden_size (%d) must be positive", hiddenSize);
            Check.that(
                    numAttentionHeads > 0 && hiddenSize % numAttentionHeads == 0,
                    "num_attention_heads (%d) must divide hidden_size (%d)",
                    numAttentionHeads,
                    hiddenSize);
            Check.that(intermediateSize >= 1, "intermediate_size (%d) must be positive", intermediateSize);
        }
    }

    /**
     * Options of the forward pass that the paper leaves open.
     *
     * @param attention which tokens a routed token sees in a block
     * @param gate how the results of a token's blocks are weighted
     * @param normalize whether the inputs of routers and projections are normalised, without trained weights
     * @param residual whether the full-width residual stream bypasses the parallel layers, from before shrinking to after growing
     */
    public record Passage(
            @Default("routed_tokens") Visible attention,
            @Default("weighted") Gate gate,
            @Default("true") boolean normalize,
            @Default("true") boolean residual) {}

    /**
     * The blocks of a parallel layer.
     *
     * @param choice number of blocks and how a token's blocks are chosen
     */
    public record Blocks(@Flat ExpertChoice choice) {
        /** Checks the router. */
        public Blocks {
            check(choice);
        }
    }

    /**
     * The shrinking projections, and as many growing ones.
     *
     * @param expert kind of each projection
     * @param intermediateSize intermediate width of a SwiGLU; ignored by linear projections
     * @param choice number of projections and how a token's projections are chosen
     */
    public record Projections(
            @Default("linear") Expert expert,
            @Default("0") int intermediateSize,
            @Flat ExpertChoice choice) {
        /** Checks the combination. */
        public Projections {
            check(choice);
            Check.that(
                    expert != Expert.SWIGLU || intermediateSize > 0,
                    "intermediate_size (%d) of swiglu projections must be positive",
                    intermediateSize);
        }
    }

    private static void check(ExpertChoice choice) {
        RouterSpec router = choice.router();
        Check.that(
                router.causality() == RouterSpec.Causality.CAUSAL
                        && router.categories().isEmpty(),
                "router %s cannot choose parallel blocks or projections: they need a causal router that reads no categories",
                router.kind());
    }

    /** Checks the number of layers. */
    public ParallelSpec {
        Check.that(fullLayers >= 1, "full_layers (%d) must be at least 1", fullLayers);
    }

    /** Returns the width of each block. */
    public int hiddenSize() {
        return size.hiddenSize;
    }

    /** Checks the number of layers and the positions of a model with parallel layers. */
    void checkLayers(int numHiddenLayers, Positions positionEmbedding) {
        Check.that(
                numHiddenLayers > 2 * fullLayers,
                "num_hidden_layers (%d) must be more than twice parallel.full_layers (%d)",
                numHiddenLayers,
                fullLayers);
        Check.that(
                positionEmbedding != Positions.ROPE,
                "position_embedding rope cannot be combined with parallel: a block would need the positions of its tokens in the"
                        + " whole sequence; set it to learned or sinusoidal");
    }
}
