package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.nn.AttentionSpec.GroupedQuery;
import dev.mojave.nn.AttentionSpec.SlidingWindow;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.block.AttentionBranch;
import dev.mojave.tensor.kernels.block.AttentionShape;
import dev.mojave.tensor.kernels.block.BlockKernel;
import dev.mojave.tensor.kernels.block.ResidualBranch;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import java.util.List;
import java.util.Optional;

// Shapes: B batch, S new tokens, T tokens seen, D model width, H heads, K key-value heads, C head size.
/**
 * Causal multi-head attention with grouped queries (arXiv 1706.03762, 2305.13245): {@code softmax(q k^T / sqrt(C)) v}, where
 * groups of H/K query heads share the keys and values of one head. One fused projection computes queries, keys and values, in
 * this order.
 */
public final class Attention {
    /** Which projections have biases. */
    public enum Bias {
        @JsonProperty("none")
        NONE,
        /** Queries, keys and values have biases, the output projection has none, as in Qwen2. */
        @JsonProperty("qkv")
        QKV,
        @JsonProperty("all")
        ALL;

        /** Returns {@link #ALL} if {@code biases} is true, else {@link #NONE}. */
        public static Bias of(boolean biases) {
            return biases ? ALL : NONE;
        }
    }

    /**
     * The weights of an attention layer, for code that computes with them outside the layer.
     *
     * @param spec specification of the layer
     * @param qkv projection to queries, keys and values, in this order
     * @param queryNorm norm of the queries; empty if they are not normalised
     * @param keyNorm norm of the keys; empty if they are not normalised
     * @param output projection of the concatenated heads back to the model width
     * @param rotary rotation of queries and keys; empty if they are not rotated
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

    /** Returns the weights, which the layer still owns. */
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
     * Computes the output of the layer.
     *
     * @param xBSD normalised input (B, S, D)
     * @param visible mask of the keys that each query sees, boolean (B, 1, S, T), true = visible; empty for the causal mask
     * @param cache earlier keys and values, which this call extends; empty to attend to the given tokens only
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
     * Computes scores, softmax and the weighted sum of values, (B, H, S, C). The patterns name every kind and component, so that
     * a new one does not compile until it is computed here or explicitly ignored.
     */
    private static Tensor mixed(
            AttentionSpec spec, List<Tensor> qkvBHSC, Optional<Tensor> mask, boolean causal, Context context) {
        return switch (spec) {
            case GroupedQuery(int _, int _, int _, int _, Bias _, QkNorm _, double _, double dropout) ->
                Functions.attention(
                        qkvBHSC.get(0), qkvBHSC.get(1), qkvBHSC.get(2), mask, causal, context.dropout(dropout));
            // The mask already contains the window.
            case SlidingWindow(GroupedQuery grouped, int _) -> mixed(grouped, qkvBHSC, mask, causal, context);
        };
    }

    /** Returns the mask of the keys that each query sees with this kind of attention; empty for the causal mask. */
    private Optional<Tensor> seen(Optional<Tensor> visible, int offset, long tokens) {
        return switch (spec) {
            case GroupedQuery _ -> visible;
            case SlidingWindow(GroupedQuery _, int window) -> {
                if (offset + tokens <= window) {
                    yield visible; // The window covers all tokens.
                }
                Tensor inside = windowMask(offset, tokens, window);
                yield Optional.of(visible.isPresent() ? visible.get().and(inside) : inside);
            }
        };
    }

    /**
     * Applies the attention branch of a pre-norm block, {@code x + dropout(attention(norm(x)))}, with the fused kernel if there
     * is a {@link #fusedBranch} for it.
     *
     * @param xBSD the residual stream, float32 (B, S, D)
     * @param visible as in {@link #forward}
     * @param cache as in {@link #forward}
     * @param layer as in {@link #forward}
     * @param dropout dropout probability of the branch in this pass
     * @return the new residual stream, float32 (B, S, D)
     */
    public Tensor residual(
            Tensor xBSD,
            Norm norm,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            int layer,
            double dropout,
            Context context) {
        Optional<ResidualBranch> branch = fusedBranch(xBSD, norm, visible, cache, dropout, context);
        return branch.isPresent()
                ? BlockKernel.apply(xBSD, List.of(branch.get()))
                : xBSD.add(DropoutKernel.apply(forward(norm.forward(xBSD), visible, cache, layer, context), dropout));
    }

    /**
     * Returns the branch of {@link #residual} for the fused kernel; empty with a cache, where the kernel does not run, and for
     * any specification that it does not support.
     */
    public Optional<ResidualBranch> fusedBranch(
            Tensor xBSD,
            Norm norm,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            double dropout,
            Context context) {
        if (cache.isPresent() || !BlockKernel.supports(xBSD, context.compute())) {
            return Optional.empty();
        }
        return shape().map(shape -> AttentionBranch.of(
                new AttentionBranch.Weights(norm.normalisation(), qkv.projection(), shape, output.projection()),
                visible,
                context.dropout(spec.grouped().dropout()),
                dropout,
                context.compute()));
    }

    /** Returns the layer's specification in the kernel's terms; empty if the kernel does not support it. */
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

    /** Splits (B, S, heads * C) into heads, (B, heads, S, C), and normalises them as specified. */
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

    /** Repeats each key-value head for the query heads that share it: (B, K, T, C) to (B, H, T, C). */
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
     * Returns the causal mask of S tokens that follow {@code offset} earlier ones: boolean (S, offset + S), true = visible.
     */
    public static Tensor causalMask(int offset, long tokens) {
        return Tensors.ones(DType.BOOL, tokens, offset + tokens).tril(offset);
    }

    /**
     * Returns the causal mask in which a token sees at most {@code window} tokens, including itself.
     */
    static Tensor windowMask(int offset, long tokens, int window) {
        Tensor causal = causalMask(offset, tokens);
        return causal.and(causal.tril((long) offset - window).not());
    }
}
