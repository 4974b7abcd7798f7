package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
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

    /** Width, heads and options; {@code rotary} positions are applied to queries and keys. */
    public record Spec(int width, int heads, int keyValueHeads, Bias bias, double dropout) {
        /** Checks that heads divide the width and each other. */
        public Spec {
            Check.that(heads > 0, "num_attention_heads (%d) must be positive", heads);
            Check.that(width % heads == 0, "num_attention_heads (%d) must divide hidden_size (%d)", heads, width);
            Check.that(
                    keyValueHeads > 0 && heads % keyValueHeads == 0,
                    "num_key_value_heads (%d) must divide num_attention_heads (%d)",
                    keyValueHeads,
                    heads);
        }

        /** Returns the size of one head. */
        public int headSize() {
            return width / heads;
        }

        private Linear.Spec qkv() {
            return new Linear.Spec(width, (heads + 2 * keyValueHeads) * headSize(), bias != Bias.NONE);
        }

        private Linear.Spec output() {
            return new Linear.Spec(width, width, bias == Bias.ALL);
        }

        /** Returns the number of parameters. */
        public long parameterCount() {
            return qkv().parameterCount() + output().parameterCount();
        }

        /** Returns the number of weights that a token is multiplied with. */
        public long matmulWeights() {
            return (long) qkv().inputs() * qkv().outputs() + (long) width * width;
        }

        /**
         * Makes the layer with parameters under {@code qkv} and {@code output}.
         *
         * @param residual scales the initial values of the projection that ends in the residual stream
         */
        public Attention build(Init init, double residual, Optional<Rotary> rotary) {
            return new Attention(
                    this,
                    qkv().build(init.child("qkv")),
                    output().build(init.child("output").scaled(residual)),
                    rotary);
        }
    }

    private final Spec spec;
    private final Linear qkv;
    private final Linear output;
    private final Optional<Rotary> rotary;

    private Attention(Spec spec, Linear qkv, Linear output, Optional<Rotary> rotary) {
        this.spec = spec;
        this.qkv = qkv;
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
        int size = spec.headSize();
        long[] widths = {(long) spec.heads * size, (long) spec.keyValueHeads * size, (long) spec.keyValueHeads * size};
        List<Tensor> parts = qkv.forward(xBSD, context).to(DType.FLOAT32).split(widths, 2);
        Tensor q = heads(parts.get(0), batch, tokens, spec.heads);
        Tensor k = heads(parts.get(1), batch, tokens, spec.keyValueHeads);
        Tensor v = heads(parts.get(2), batch, tokens, spec.keyValueHeads);
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
        return output.forward(mixed.transpose(1, 2).reshape(batch, tokens, spec.width), context);
    }

    /** (B, S, heads * C) to (B, heads, S, C). */
    private Tensor heads(Tensor x, long batch, long tokens, int heads) {
        return x.reshape(batch, tokens, heads, spec.headSize()).transpose(1, 2);
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
