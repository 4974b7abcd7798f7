package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.base.tree.Flat;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.nn.Positions;

/**
 * The {@code parallel} section of a model: MoEP (Tapaninaho, BabyLM workshop 2025, 2025.babylm-main.39). Between the first and the last
 * {@code full_layers} layers, tokens are shrunk to a smaller width by a mixture of maps, pass through layers of several small transformer
 * blocks, of which a router chooses some for each token, and are grown back by another mixture of maps. docs/systems.md says what the
 * paper leaves open and what was chosen.
 *
 * @param size of each block
 * @param fullLayers layers of full width before shrinking, and as many after growing
 * @param passage how tokens pass through
 * @param blocks the blocks of a layer and how they are chosen
 * @param projections the maps that shrink and grow and how they are chosen
 */
public record ParallelSpec(
        @Flat Size size, @Default("1") int fullLayers, @Flat Passage passage, Blocks blocks, Projections projections) {
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
     * The size of each block.
     *
     * @param hiddenSize its width
     * @param numAttentionHeads its heads; divides the width
     * @param intermediateSize width of its feed-forward
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
     * What the paper leaves open of how tokens pass through.
     *
     * @param attention what a routed token sees in a block
     * @param gate how the results of a token's blocks are weighted
     * @param normalize whether routers and maps read the stream normalised, without weights; else as it is
     * @param residual whether the full-width stream also goes around all parallel layers, from before shrinking to after growing
     */
    public record Passage(
            @Default("routed_tokens") Visible attention,
            @Default("weighted") Gate gate,
            @Default("true") boolean normalize,
            @Default("true") boolean residual) {}

    /**
     * The blocks of a parallel layer.
     *
     * @param choice of the blocks that a token passes through
     */
    public record Blocks(@Flat ExpertChoice choice) {
        /** Checks the router. */
        public Blocks {
            check(choice);
        }
    }

    /**
     * The maps that shrink, and as many that grow.
     *
     * @param expert what each is
     * @param intermediateSize inner width of a SwiGLU; no meaning for linear ones
     * @param choice of the maps that a token uses
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
                "router %s cannot choose parallel blocks or projections: it needs a causal choice by the token alone",
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
