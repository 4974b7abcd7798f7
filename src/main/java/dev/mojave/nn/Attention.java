package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.AttentionHalf;
import dev.mojave.tensor.kernels.AttentionShape;
import dev.mojave.tensor.kernels.BlockKernel;
import dev.mojave.tensor.kernels.DropoutKernel;
import dev.mojave.tensor.kernels.Half;
import java.util.List;
import java.util.Optional;

// Shapes: B batch, S new tokens, T tokens seen, D model width, H heads, K key-value heads, C head size.
/**
 * Causal multi-head attention with grouped queries (arXiv 1706.03762, 2305.13245): {@code softmax(q k^T / sqrt(C)) v}, query
 * heads sharing keys and values in groups of H/K. One fused projection makes queries, keys and values, in this order.
 */
public final class Attention {
    /** Which of its projections have biases. */
    public enum Bias {
        @JsonProperty("none")
        NONE,
        /** Queries, keys and values, not the output: Qwen2. */
        @JsonProperty("qkv")
        QKV,
        @JsonProperty("all")
        ALL;

        /** Returns all or none. */
        public static Bias of(boolean biases) {
            return biases ? ALL : NONE;
        }
    }

    /**
     * Width, heads and options.
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
    public record Spec(
            int width,
            int heads,
            int keyValueHeads,
            int headSize,
            Bias bias,
            QkNorm qkNorm,
            double normEps,
            double dropout) {
        /** Checks that heads divide each other. */
        public Spec {
            Check.that(heads > 0, "num_attention_heads (%d) must be positive", heads);
            Check.that(headSize > 0, "head_dim (%d) must be positive", headSize);
            Check.that(
                    keyValueHeads > 0 && heads % keyValueHeads == 0,
                    "num_key_value_heads (%d) must divide num_attention_heads (%d)",
                    keyValueHeads,
                    heads);
        }

        /** Attention whose heads share the width, without q/k norm. */
        public Spec(int width, int heads, int keyValueHeads, Bias bias, double dropout) {
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

        private Linear.Spec qkv() {
            return new Linear.Spec(width, (heads + 2 * keyValueHeads) * headSize, bias != Bias.NONE);
        }

        private Linear.Spec output() {
            return new Linear.Spec(queryWidth(), width, bias == Bias.ALL);
        }

        private Optional<Norm.Spec> norm(int ofHeads) {
            return qkNorm == QkNorm.NONE
                    ? Optional.empty()
                    : Optional.of(new Norm.Spec(Norm.Kind.RMS_NORM, qkNorm.width(ofHeads, headSize), normEps, false));
        }

        /** Returns the number of parameters. */
        public long parameterCount() {
            long norms = qkNorm.width(heads, headSize) + (long) qkNorm.width(keyValueHeads, headSize);
            return qkv().parameterCount() + output().parameterCount() + norms;
        }

        /** Returns the number of weights that a token is multiplied with. */
        public long matmulWeights() {
            return (long) qkv().inputs() * qkv().outputs() + (long) queryWidth() * width;
        }

        /**
         * Makes the layer with parameters under {@code qkv}, {@code output} and, where there are, {@code q_norm} and {@code k_norm}.
         *
         * @param residual scales the initial values of the projection that ends in the residual stream
         * @param rotary positions that are applied to queries and keys
         */
        public Attention build(Init init, double residual, Optional<Rotary> rotary) {
            return new Attention(
                    this,
                    qkv().build(init.child("qkv")),
                    norm(heads).map(norm -> norm.build(init.child("q_norm"))),
                    norm(keyValueHeads).map(norm -> norm.build(init.child("k_norm"))),
                    output().build(init.child("output").scaled(residual)),
                    rotary);
        }
    }

    private final Spec spec;
    private final Linear qkv;
    private final Optional<Norm> queryNorm;
    private final Optional<Norm> keyNorm;
    private final Linear output;
    private final Optional<Rotary> rotary;

    private Attention(
            Spec spec,
            Linear qkv,
            Optional<Norm> queryNorm,
            Optional<Norm> keyNorm,
            Linear output,
            Optional<Rotary> rotary) {
        this.spec = spec;
        this.qkv = qkv;
        this.queryNorm = queryNorm;
        this.keyNorm = keyNorm;
        this.output = output;
        this.rotary = rotary;
    }

    /**
     * Attends.
     *
     * @param xBSD normalised input (B, S, D)
     * @param visible what each query may see, boolean (B, 1, S, T), true = visible; absent = everything up to itself
     * @param cache earlier keys and values of this layer, extended by this call; absent = none
     * @param layer index of this layer in the cache
     * @return (B, S, D) in the compute dtype
     */
    public Tensor forward(Tensor xBSD, Optional<Tensor> visible, Optional<KvCache> cache, int layer, Context context) {
        long batch = xBSD.size(0);
        long tokens = xBSD.size(1);
        int size = spec.headSize;
        long[] widths = {(long) spec.heads * size, (long) spec.keyValueHeads * size, (long) spec.keyValueHeads * size};
        List<Tensor> parts = qkv.forward(xBSD, context).to(DType.FLOAT32).split(widths, 2);
        Tensor q = heads(parts.get(0), batch, tokens, spec.heads, queryNorm);
        Tensor k = heads(parts.get(1), batch, tokens, spec.keyValueHeads, keyNorm);
        Tensor v = heads(parts.get(2), batch, tokens, spec.keyValueHeads, Optional.empty());
        int offset = cache.map(KvCache::length).orElse(0);
        if (rotary.isPresent()) {
            q = rotary.get().forward(q, offset);
            k = rotary.get().forward(k, offset);
        }
        if (cache.isPresent()) {
            KvCache.KeysValues all = cache.get().append(layer, k, v);
            k = all.keys();
            v = all.values();
        }
        boolean causal = visible.isEmpty() && offset == 0;
        Optional<Tensor> mask =
                causal || tokens == 1 ? visible : visible.or(() -> Optional.of(causalMask(offset, tokens)));
        Tensor mixed = Functions.attention(
                q, grouped(k), grouped(v), mask, causal && tokens > 1, context.dropout(spec.dropout));
        return output.forward(mixed.transpose(1, 2).reshape(batch, tokens, spec.queryWidth()), context);
    }

    /**
     * The attention half of a pre-norm block, {@code x + dropout(attention(norm(x)))}; a kernel where there is {@link #half one}.
     *
     * @param xBSD the residual stream, float32 (B, S, D)
     * @param visible as in {@link #forward}
     * @param cache as in {@link #forward}
     * @param layer as in {@link #forward}
     * @param dropout probability in force on the branch
     */
    public Tensor residual(
            Tensor xBSD,
            Norm norm,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            int layer,
            double dropout,
            Context context) {
        Optional<Half> half = half(xBSD, norm, visible, cache, dropout, context);
        return half.isPresent()
                ? BlockKernel.apply(xBSD, List.of(half.get()))
                : xBSD.add(DropoutKernel.apply(forward(norm.forward(xBSD), visible, cache, layer, context), dropout));
    }

    /** Returns the same for a kernel; absent where it does not run, with a cache, and with normalised queries. */
    public Optional<Half> half(
            Tensor xBSD,
            Norm norm,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            double dropout,
            Context context) {
        boolean bare = cache.isEmpty() && queryNorm.isEmpty();
        if (!bare || !BlockKernel.takes(xBSD, context.compute())) {
            return Optional.empty();
        }
        AttentionShape shape =
                new AttentionShape(spec.heads, spec.keyValueHeads, spec.headSize, rotary.map(Rotary::rotation));
        return Optional.of(AttentionHalf.of(
                new AttentionHalf.Weights(norm.normalisation(), qkv.projection(), shape, output.projection()),
                visible,
                context.dropout(spec.dropout),
                dropout,
                context.compute()));
    }

    /** (B, S, heads * C), normalised as the specification says, to (B, heads, S, C). */
    private Tensor heads(Tensor x, long batch, long tokens, int heads, Optional<Norm> norm) {
        Tensor whole = norm.isPresent() && spec.qkNorm == QkNorm.PROJECTION
                ? norm.get().forward(x)
                : x;
        Tensor split = whole.reshape(batch, tokens, heads, spec.headSize);
        Tensor each =
                norm.isPresent() && spec.qkNorm == QkNorm.HEAD ? norm.get().forward(split) : split;
        return each.transpose(1, 2);
    }

    /** Repeats key-value heads for the query heads that share them: (B, K, T, C) to (B, H, T, C). */
    private Tensor grouped(Tensor x) {
        int group = spec.heads / spec.keyValueHeads;
        if (group == 1) {
            return x;
        }
        return x.unsqueeze(2)
                .expand(x.size(0), spec.keyValueHeads, group, x.size(2), x.size(3))
                .reshape(x.size(0), spec.heads, x.size(2), x.size(3));
    }

    /**
     * Returns what S tokens behind {@code offset} earlier ones may see: boolean (S, offset + S).
     */
    public static Tensor causalMask(int offset, long tokens) {
        return Tensors.ones(DType.BOOL, tokens, offset + tokens).tril(offset);
    }
}
