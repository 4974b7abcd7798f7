package dev.mojave.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.base.tree.Default;
import dev.mojave.base.tree.Flat;
import dev.mojave.nn.Attention.Bias;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Initializer;
import dev.mojave.nn.Norm.Kind;
import dev.mojave.nn.Positions;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.RopeScaling;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a {@link ModelSpec}, grouped by the part that they describe; in a recipe all groups share one section. Together
 * with the width, which all parts share, a group yields the specification of its part: {@link FrameSpec}, {@link AttentionSpec}
 * and so on. The conversions use record patterns that name every key, so that a new key does not compile until the conversion
 * handles it.
 */
public final class ModelKeys {
    private ModelKeys() {}

    /**
     * The embedding, the positions and the head.
     *
     * @param vocabSize number of tokens in the vocabulary
     * @param maxPositionEmbeddings context length in tokens
     * @param tieWordEmbeddings whether the head is the token embedding
     * @param position how positions are encoded
     */
    public record Frame(
            int vocabSize,
            int maxPositionEmbeddings,
            boolean tieWordEmbeddings,
            @Flat Position position) {
        /** Checks the sizes. */
        public Frame {
            Check.that(vocabSize >= 2, "vocab_size (%d) must be at least 2", vocabSize);
            Check.that(
                    maxPositionEmbeddings >= 1, "max_position_embeddings (%d) must be positive", maxPositionEmbeddings);
        }

        FrameSpec spec(Stack stack, int headSize, Norm norm) {
            return switch (this) {
                case Frame(int vocabulary, int context, boolean tied, Position positions) ->
                    new FrameSpec(
                            vocabulary,
                            stack.hiddenSize,
                            context,
                            positions.spec(headSize),
                            tied,
                            norm.spec(stack.hiddenSize),
                            stack.dropout);
            };
        }
    }

    /**
     * How positions are encoded.
     *
     * @param positionEmbedding kind of encoding
     * @param ropeTheta base of the rotary angles
     * @param ropeScaling scaling of the rotary angles; null = no scaling
     */
    public record Position(
            Positions positionEmbedding,
            double ropeTheta,
            @Nullable RopeScaling ropeScaling) {
        /** The usual base of rotary angles; learned and sinusoidal positions ignore it. */
        public static final double USUAL_THETA = 10_000;

        /** Checks the values. */
        public Position {
            Check.that(ropeTheta > 0, "rope_theta (%s) must be positive", ropeTheta);
            Check.that(
                    ropeScaling == null || positionEmbedding == Positions.ROPE,
                    "rope_scaling needs position_embedding rope");
        }

        /** Creates positions with the usual base and without scaling. */
        public Position(Positions positionEmbedding) {
            this(positionEmbedding, USUAL_THETA, null);
        }

        FrameSpec.Position spec(int headSize) {
            return switch (this) {
                case Position(Positions way, double theta, RopeScaling scaling) ->
                    switch (way) {
                        case LEARNED -> new FrameSpec.Learned();
                        case SINUSOIDAL -> new FrameSpec.Sinusoidal();
                        case ROPE -> new FrameSpec.Rotated(headSize, theta, Optional.ofNullable(scaling));
                    };
            };
        }
    }

    /**
     * The residual stream.
     *
     * @param hiddenSize model width D
     * @param numHiddenLayers number of layers
     * @param dropout dropout probability of embeddings, attention weights and residual branches
     */
    public record Stack(int hiddenSize, int numHiddenLayers, double dropout) {
        /** Checks the values. */
        public Stack {
            Check.that(hiddenSize >= 1, "hidden_size (%d) must be positive", hiddenSize);
            Check.that(numHiddenLayers >= 1, "num_hidden_layers (%d) must be positive", numHiddenLayers);
            Check.that(0 <= dropout && dropout < 1, "dropout (%s) must be at least 0 and below 1", dropout);
        }
    }

    /**
     * The attention of every block.
     *
     * @param numAttentionHeads number of query heads; divides the width unless {@code headDim} is set
     * @param numKeyValueHeads number of key-value heads; divides the query heads
     * @param headDim channels per head; null = width / heads
     * @param attentionBias which linear layers of the attention have biases
     * @param qkNorm whether queries and keys are normalised
     * @param slidingWindow maximum number of tokens that a token sees, including itself; null = all up to itself
     */
    public record Attention(
            int numAttentionHeads,
            int numKeyValueHeads,
            @Nullable Integer headDim,
            Bias attentionBias,
            @Default("none") QkNorm qkNorm,
            @Nullable Integer slidingWindow) {
        /** Checks the window; {@link #headSize} and the specification check the heads. */
        public Attention {
            if (slidingWindow != null) {
                Check.that(
                        slidingWindow >= 1, "sliding_window (%d) must be at least 1, the token itself", slidingWindow);
            }
        }

        /** Creates attention whose heads split the width evenly, without query and key norms and without a window. */
        public Attention(int numAttentionHeads, int numKeyValueHeads, Bias attentionBias) {
            this(numAttentionHeads, numKeyValueHeads, null, attentionBias, QkNorm.NONE, null);
        }

        int headSize(int width) {
            return headDim == null ? AttentionSpec.GroupedQuery.sharedHeadSize(width, numAttentionHeads) : headDim;
        }

        /** Removes a head size that equals its default, so that equal models are equal records. */
        Attention in(int width) {
            return headDim != null && (long) headDim * numAttentionHeads == width
                    ? new Attention(numAttentionHeads, numKeyValueHeads, null, attentionBias, qkNorm, slidingWindow)
                    : this;
        }

        /** Returns the specification; a window that covers the whole context hides nothing and is dropped. */
        AttentionSpec spec(Stack stack, int context, double normEps) {
            return switch (this) {
                case Attention(int heads, int keyValueHeads, Integer _, Bias bias, QkNorm normed, Integer window) -> {
                    AttentionSpec.GroupedQuery grouped = new AttentionSpec.GroupedQuery(
                            stack.hiddenSize,
                            heads,
                            keyValueHeads,
                            headSize(stack.hiddenSize),
                            bias,
                            normed,
                            normEps,
                            stack.dropout);
                    yield window == null || window >= context
                            ? grouped
                            : new AttentionSpec.SlidingWindow(grouped, window);
                }
            };
        }
    }

    /**
     * The feed-forward layer of every block, and of every expert.
     *
     * @param intermediateSize intermediate width, also of experts unless {@code moe_intermediate_size} is set
     * @param hiddenAct GELU or SwiGLU
     * @param mlpBias whether its projections have biases
     */
    public record FeedForward(int intermediateSize, Activation hiddenAct, boolean mlpBias) {
        /** Checks the width. */
        public FeedForward {
            Check.that(intermediateSize > 0, "intermediate_size (%d) must be positive", intermediateSize);
        }

        /** Returns these keys with another intermediate size. */
        public FeedForward withIntermediateSize(int size) {
            return new FeedForward(size, hiddenAct, mlpBias);
        }

        dev.mojave.nn.FeedForward.Spec spec(int width) {
            return switch (this) {
                case FeedForward(int size, Activation activation, boolean bias) ->
                    new dev.mojave.nn.FeedForward.Spec(width, size, activation, bias);
            };
        }
    }

    /**
     * The norms.
     *
     * @param kind kind of normalisation, {@code norm} in a recipe
     * @param normEps epsilon of the normalisation
     * @param bias whether LayerNorms have biases; also the default for all linear layers
     */
    public record Norm(@JsonProperty("norm") Kind kind, double normEps, boolean bias) {
        /** Checks the epsilon. */
        public Norm {
            Check.that(normEps > 0, "norm_eps (%s) must be positive", normEps);
        }

        dev.mojave.nn.Norm.Spec spec(int width) {
            return switch (this) {
                case Norm(Kind which, double eps, boolean biased) ->
                    new dev.mojave.nn.Norm.Spec(which, width, eps, biased);
            };
        }
    }

    /**
     * The initialisation of a new model.
     *
     * @param initializerRange standard deviation of initial matrices unless the initializer specifies another
     * @param initializer rule for the standard deviations; null = GPT-2's
     */
    public record Start(double initializerRange, @Nullable Initializer initializer) {
        /** Checks the range and replaces GPT-2's initializer, the default, by null, so that equal models are equal records. */
        public Start {
            Check.that(initializerRange > 0, "initializer_range (%s) must be positive", initializerRange);
            initializer = initializer instanceof Initializer.Gpt2 ? null : initializer;
        }

        /** Creates GPT-2's initialisation. */
        public Start(double initializerRange) {
            this(initializerRange, null);
        }

        /** Returns the initializer, which is GPT-2's by default. */
        public Initializer initialisation() {
            return initializer == null ? new Initializer.Gpt2() : initializer;
        }
    }
}
