package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.nn.AttentionSpec.GroupedQuery;
import dev.mojave.nn.AttentionSpec.SlidingWindow;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.block.AttentionHalf;
import dev.mojave.tensor.kernels.block.AttentionShape;
import dev.mojave.tensor.kernels.block.BlockKernel;
import dev.mojave.tensor.kernels.block.Half;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
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
     * What attention holds, for code that computes with it outside layers.
     *
     * @param spec what it computes
     * @param qkv makes queries, keys and values, in this order
     * @param queryNorm of queries, where they are normalised
     * @param keyNorm of keys, where they are normalised
     * @param output maps what the heads mixed back to the width
     * @param rotary what rotates queries and keys, absent = nothing
     */
    public record Weights(
            AttentionSpec spec,
            Linear.Weights qkv,
            Optional<Norm.Weights> queryNorm,
            Optional<Norm.Weights> keyNorm,
            Linear.Weights output,
            Optional<Rotary> rotary) {}

    private final AttentionSpec spec;
    private final Linear qkv;
    private final Optional<Norm> queryNorm;
    private final Optional<Norm> keyNorm;
    private final Linear output;
    private final Optional<Rotary> rotary;

    private Attention(
            AttentionSpec spec,
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

    static Attention of(AttentionSpec spec, Init init, double residual, Optional<Rotary> rotary) {
        GroupedQuery heads = spec.grouped();
        return new Attention(
                spec,
                heads.qkv().build(init.child("qkv")),
                heads.norm(heads.heads()).map(norm -> norm.build(init.child("q_norm"))),
                heads.norm(heads.keyValueHeads()).map(norm -> norm.build(init.child("k_norm"))),
                heads.output().build(init.child("output").scaled(residual)),
                rotary);
    }

    /** Hands out the weights. */
    public Weights weights() {
        return new Weights(
                spec,
                qkv.weights(),
                queryNorm.map(Norm::weights),
                keyNorm.map(Norm::weights),
                output.weights(),
                rotary);
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
        GroupedQuery grouped = spec.grouped();
        long queries = grouped.queryWidth();
        long keys = (long) grouped.keyValueHeads() * grouped.headSize();
        long[] widths = {queries, keys, keys};
        List<Tensor> parts = qkv.forward(xBSD, context).to(DType.FLOAT32).split(widths, 2);
        Tensor q = heads(parts.get(0), batch, tokens, grouped.heads(), queryNorm);
        Tensor k = heads(parts.get(1), batch, tokens, grouped.keyValueHeads(), keyNorm);
        Tensor v = heads(parts.get(2), batch, tokens, grouped.keyValueHeads(), Optional.empty());
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
        Optional<Tensor> seen = seen(visible, offset, tokens);
        boolean causal = seen.isEmpty() && offset == 0;
        Optional<Tensor> mask = causal || tokens == 1 ? seen : seen.or(() -> Optional.of(causalMask(offset, tokens)));
        Tensor mixed = mixed(spec, List.of(q, grouped(k), grouped(v)), mask, causal && tokens > 1, context);
        return output.forward(mixed.transpose(1, 2).reshape(batch, tokens, queries), context);
    }

    /**
     * Scores, softmax and mixing (B, H, S, C) of queries, keys and values. Every kind and component is named here as it is to a kernel: one
     * that nobody reads would be trained without.
     */
    private static Tensor mixed(
            AttentionSpec spec, List<Tensor> qkvBHSC, Optional<Tensor> mask, boolean causal, Context context) {
        return switch (spec) {
            case GroupedQuery(int _, int _, int _, int _, Bias _, QkNorm _, double _, double dropout) ->
                Functions.attention(
                        qkvBHSC.get(0), qkvBHSC.get(1), qkvBHSC.get(2), mask, causal, context.dropout(dropout));
            // The mask has the window.
            case SlidingWindow(GroupedQuery grouped, int _) -> mixed(grouped, qkvBHSC, mask, causal, context);
        };
    }

    /** What each query may see of {@code visible} with this kind of attention; absent = everything up to itself. */
    private Optional<Tensor> seen(Optional<Tensor> visible, int offset, long tokens) {
        return switch (spec) {
            case GroupedQuery _ -> visible;
            case SlidingWindow(GroupedQuery _, int window) -> {
                if (offset + tokens <= window) {
                    yield visible; // The window holds all tokens.
                }
                Tensor inside = windowMask(offset, tokens, window);
                yield Optional.of(visible.isPresent() ? visible.get().and(inside) : inside);
            }
        };
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

    /** Returns the same for a kernel; absent where it does not run, with a cache, and for whatever the kernel is not known to compute. */
    public Optional<Half> half(
            Tensor xBSD,
            Norm norm,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            double dropout,
            Context context) {
        if (cache.isPresent() || !BlockKernel.takes(xBSD, context.compute())) {
            return Optional.empty();
        }
        return shape().map(shape -> AttentionHalf.of(
                new AttentionHalf.Weights(norm.normalisation(), qkv.projection(), shape, output.projection()),
                visible,
                context.dropout(spec.grouped().dropout()),
                dropout,
                context.compute()));
    }

    /** Returns how the kernel is told what this attention computes; absent for what it does not know. */
    private Optional<AttentionShape> shape() {
        return switch (spec) {
            case GroupedQuery(
                    int _,
                    int heads,
                    int keyValueHeads,
                    int headSize,
                    Bias _,
                    QkNorm qkNorm,
                    double _,
                    double _) ->
                switch (qkNorm) {
                    case NONE ->
                        Optional.of(new AttentionShape(heads, keyValueHeads, headSize, rotary.map(Rotary::rotation)));
                    case HEAD, PROJECTION -> Optional.empty();
                };
            case SlidingWindow(GroupedQuery _, int _) -> Optional.empty();
        };
    }

    /** (B, S, heads * C), normalised as the specification says, to (B, heads, S, C). */
    private Tensor heads(Tensor x, long batch, long tokens, int heads, Optional<Norm> norm) {
        GroupedQuery grouped = spec.grouped();
        Tensor whole = norm.isPresent() && grouped.qkNorm() == QkNorm.PROJECTION
                ? norm.get().forward(x)
                : x;
        Tensor split = whole.reshape(batch, tokens, heads, grouped.headSize());
        Tensor each =
                norm.isPresent() && grouped.qkNorm() == QkNorm.HEAD ? norm.get().forward(split) : split;
        return each.transpose(1, 2);
    }

    /** Repeats key-value heads for the query heads that share them: (B, K, T, C) to (B, H, T, C). */
    private Tensor grouped(Tensor x) {
        GroupedQuery heads = spec.grouped();
        int group = heads.heads() / heads.keyValueHeads();
        if (group == 1) {
            return x;
        }
        return x.unsqueeze(2)
                .expand(x.size(0), heads.keyValueHeads(), group, x.size(2), x.size(3))
                .reshape(x.size(0), heads.heads(), x.size(2), x.size(3));
    }

    /**
     * Returns what S tokens behind {@code offset} earlier ones may see: boolean (S, offset + S).
     */
    public static Tensor causalMask(int offset, long tokens) {
        return Tensors.ones(DType.BOOL, tokens, offset + tokens).tril(offset);
    }

    /**
     * Returns the same where a token sees {@code window} tokens, itself among them.
     */
    static Tensor windowMask(int offset, long tokens, int window) {
        Tensor causal = causalMask(offset, tokens);
        return causal.and(causal.tril((long) offset - window).not());
    }
}
