package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.nn.Attention.Bias;
import java.util.Optional;

/**
 * What the attention of a block computes. All kinds make queries, keys and values alike and differ in what a token sees.
 *
 * <p>Whoever computes, counts or exports attention takes a specification apart in full, by a switch over the kinds and record patterns
 * with every component, and does what it does for what it names. A new kind or component then does not compile until each has answered.
 */
public sealed interface AttentionSpec {
    /** Returns heads and projections, as attention that sees everything has them. */
    GroupedQuery grouped();

    /** Returns the first of the positions that the token at a position sees; the last is its own. */
    int firstSeen(int position);

    /** Returns the FLOPs of scores and mixing in training, per token, averaged over a context: 12 per value of a head and key seen. */
    long trainingFlops(int context);

    /** Returns the number of parameters. */
    long parameterCount();

    /** Returns the number of weights that a token is multiplied with. */
    long matmulWeights();

    /** Returns what a cache stores of each token. */
    KvCache.Layer cached();

    /**
     * Makes the layer with parameters under {@code qkv}, {@code output} and, where there are, {@code q_norm} and {@code k_norm}.
     *
     * @param residual scales the initial values of the projection that ends in the residual stream
     * @param rotary positions that are applied to queries and keys
     */
    default Attention build(Init init, double residual, Optional<Rotary> rotary) {
        return Attention.of(this, init, residual, rotary);
    }

    /**
     * A token sees every token up to itself; query heads share keys and values in groups (arXiv 2305.13245).
     *
     * @param width of the model
     * @param heads query heads
     * @param keyValueHeads key and value heads; divides the query heads
     * @param headSize of one head; heads times this need not be the width
     * @param bias which projections have biases
     * @param qkNorm whether queries and keys are normalised
     * @param normEps epsilon of that normalisation
     * @param dropout probability with which attention weights are dropped
     */
    record GroupedQuery(
            int width,
            int heads,
            int keyValueHeads,
            int headSize,
            Bias bias,
            QkNorm qkNorm,
            double normEps,
            double dropout)
            implements AttentionSpec {
        /** Checks that heads divide each other. */
        public GroupedQuery {
            Check.that(heads > 0, "num_attention_heads (%d) must be positive", heads);
            Check.that(headSize > 0, "head_dim (%d) must be positive", headSize);
            Check.that(
                    keyValueHeads > 0 && heads % keyValueHeads == 0,
                    "num_key_value_heads (%d) must divide num_attention_heads (%d)",
                    keyValueHeads,
                    heads);
        }

        /** Attention whose heads share the width, without q/k norm. */
        public GroupedQuery(int width, int heads, int keyValueHeads, Bias bias, double dropout) {
            this(width, heads, keyValueHeads, sharedHeadSize(width, heads), bias, QkNorm.NONE, 1, dropout);
        }

        /** Returns the size of heads that share the width. */
        public static int sharedHeadSize(int width, int heads) {
            Check.that(heads > 0, "num_attention_heads (%d) must be positive", heads);
            Check.that(width % heads == 0, "num_attention_heads (%d) must divide hidden_size (%d)", heads, width);
            return width / heads;
        }

        /** Returns the values of all query heads of a token. */
        public int queryWidth() {
            return heads * headSize;
        }

        Linear.Spec qkv() {
            return new Linear.Spec(width, (heads + 2 * keyValueHeads) * headSize, bias != Bias.NONE);
        }

        Linear.Spec output() {
            return new Linear.Spec(queryWidth(), width, bias == Bias.ALL);
        }

        Optional<Norm.Spec> norm(int ofHeads) {
            return qkNorm == QkNorm.NONE
                    ? Optional.empty()
                    : Optional.of(new Norm.Spec(Norm.Kind.RMS_NORM, qkNorm.width(ofHeads, headSize), normEps, false));
        }

        @Override
        public GroupedQuery grouped() {
            return this;
        }

        @Override
        public long parameterCount() {
            long norms = qkNorm.width(heads, headSize) + (long) qkNorm.width(keyValueHeads, headSize);
            return qkv().parameterCount() + output().parameterCount() + norms;
        }

        @Override
        public long matmulWeights() {
            return (long) qkv().inputs() * qkv().outputs() + (long) queryWidth() * width;
        }

        @Override
        public KvCache.Layer cached() {
            return new KvCache.Layer(keyValueHeads, headSize);
        }

        @Override
        public int firstSeen(int position) {
            return 0;
        }

        @Override
        public long trainingFlops(int context) {
            return 6L * queryWidth() * context;
        }
    }

    /**
     * A token sees itself and the {@code window - 1} tokens before it, as in Mistral (arXiv 2310.06825) and Longformer (arXiv 2004.05150).
     *
     * @param grouped heads and projections
     * @param window how many tokens are seen at most
     */
    record SlidingWindow(GroupedQuery grouped, int window) implements AttentionSpec {
        /** Checks the window. */
        public SlidingWindow {
            Check.that(window >= 1, "sliding_window (%d) must be at least 1, the token itself", window);
        }

        @Override
        public long parameterCount() {
            return grouped.parameterCount();
        }

        @Override
        public long matmulWeights() {
            return grouped.matmulWeights();
        }

        /** All tokens, also those that no later one sees. */
        @Override
        public KvCache.Layer cached() {
            return grouped.cached();
        }

        @Override
        public int firstSeen(int position) {
            return Math.max(0, position - window + 1);
        }

        /** A window of all tokens costs what attention without one does: half the context, where both begin with one token. */
        @Override
        public long trainingFlops(int context) {
            long seen = Math.min(window, context);
            return 6L * grouped.queryWidth() * seen * (2L * context - seen) / context;
        }
    }
}
