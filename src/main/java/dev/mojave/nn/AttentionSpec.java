package dev.mojave.nn;

import dev.mojave.base.Check;
import dev.mojave.nn.Attention.Bias;
import java.util.Optional;

/**
 * Specification of a block's attention. All kinds compute queries, keys and values in the same way; they differ in which tokens a
 * token sees.
 *
 * <p>Code that computes, counts or exports attention switches over the kinds with record patterns that name every component. A
 * new kind or component therefore does not compile until each of these places handles it.
 */
public sealed interface AttentionSpec {
    /** Returns the heads and projections, which full attention and windowed attention share. */
    GroupedQuery grouped();

    /** Returns the first position that the token at {@code position} sees; the last one is its own. */
    int firstSeen(int position);

    /**
     * Returns the training FLOPs per token of the scores and the weighted sum of values, averaged over a context: 12 per
     * query-head channel and visible key.
     */
    long trainingFlops(int context);

    /** Returns the number of parameters. */
    long parameterCount();

    /** Returns the number of weights in the matrix products of one token. */
    long matmulWeights();

    /** Returns the layout of one token in the key-value cache. */
    KvCache.Layer cached();

    /**
     * Builds the layer with parameters under {@code qkv}, {@code output} and, if queries and keys are normalised, {@code q_norm}
     * and {@code k_norm}.
     *
     * @param residual factor on the initial standard deviation of the projection into the residual stream
     * @param rotary rotation of queries and keys; empty if positions are not rotary
     */
    default Attention build(Init init, double residual, Optional<Rotary> rotary) {
        return Attention.of(this, init, residual, rotary);
    }

    /**
     * A token sees every token up to itself; query heads share keys and values in groups (arXiv 2305.13245).
     *
     * @param width model width D
     * @param heads number of query heads
     * @param keyValueHeads number of key-value heads; divides {@code heads}
     * @param headSize channels per head; {@code heads * headSize} may differ from the width
     * @param bias which projections have biases
     * @param qkNorm whether queries and keys are normalised
     * @param normEps epsilon of that normalisation
     * @param dropout dropout probability of the attention weights
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
        /** Checks that sizes are positive and that the key-value heads divide the query heads. */
        public GroupedQuery {
            Check.that(heads > 0, "num_attention_heads (%d) must be positive", heads);
            Check.that(headSize > 0, "head_dim (%d) must be positive", headSize);
            Check.that(
                    keyValueHeads > 0 && heads % keyValueHeads == 0,
                    "num_key_value_heads (%d) must divide num_attention_heads (%d)",
                    keyValueHeads,
                    heads);
        }

        /** Creates attention whose heads split the model width evenly, without query and key norms. */
        public GroupedQuery(int width, int heads, int keyValueHeads, Bias bias, double dropout) {
            this(width, heads, keyValueHeads, sharedHeadSize(width, heads), bias, QkNorm.NONE, 1, dropout);
        }

        /** Returns the head size if {@code heads} heads split the width evenly. */
        public static int sharedHeadSize(int width, int heads) {
            Check.that(heads > 0, "num_attention_heads (%d) must be positive", heads);
            Check.that(width % heads == 0, "num_attention_heads (%d) must divide hidden_size (%d)", heads, width);
            return width / heads;
        }

        /** Returns the width of all query heads of a token together. */
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
     * @param window maximum number of tokens that a token sees, including itself
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

        /** Keeps every token in the cache, even those that have left the window. */
        @Override
        public KvCache.Layer cached() {
            return grouped.cached();
        }

        @Override
        public int firstSeen(int position) {
            return Math.max(0, position - window + 1);
        }

        /**
         * Averages the visible keys over the context: the window grows from 1 to its full size first, so a window as long as the
         * context costs as much as full causal attention.
         */
        @Override
        public long trainingFlops(int context) {
            long seen = Math.min(window, context);
            return 6L * grouped.queryWidth() * seen * (2L * context - seen) / context;
        }
    }
}
