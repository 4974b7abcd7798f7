package dev.mojave.model;

import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.Routing;
import dev.mojave.moe.Tokens;
import dev.mojave.nn.Attention;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Init;
import dev.mojave.nn.KvCache;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Rotary;
import dev.mojave.tensor.Recompute;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.DropoutKernel;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One pre-norm transformer block: {@code x += attention(norm(x)); x += feed_forward(norm(x))}. Where a pass is to recompute, both halves do
 * but for a mixture, whose routing the balance losses differentiate.
 */
final class Block {
    /** The second half of a block is one or the other. */
    private sealed interface Half permits Dense, Sparse {}

    private record Dense(FeedForward layer) implements Half {}

    private record Sparse(MoeLayer layer) implements Half {}

    /**
     * The result of one pass.
     *
     * @param xBSD the residual stream, float32 (B, S, D)
     * @param routing what the router decided, if the block is sparse
     */
    record Output(Tensor xBSD, Optional<Routing> routing) {}

    private final Norm attentionNorm;
    private final Attention attention;
    private final Norm feedForwardNorm;
    private final Half half;
    private final double dropout;
    private final int slot;

    /**
     * Makes the block.
     *
     * @param slot its index in a cache
     */
    Block(ModelSpec spec, int layer, int slot, Init init, Optional<Rotary> rotary) {
        this.slot = slot;
        this.dropout = spec.dropout();
        this.attentionNorm = spec.normSpec().build(init.child("attention_norm"));
        this.attention = spec.attention().build(init.child("attention"), spec.residualScale(), rotary);
        this.feedForwardNorm = spec.normSpec().build(init.child("feed_forward_norm"));
        Optional<MoeLayer.Spec> mixture = spec.mixture(layer);
        this.half = mixture.isPresent()
                ? new Sparse(mixture.get().build(init.child("moe"), spec.residualScale()))
                : new Dense(spec.feedForward().build(init.child("feed_forward"), spec.residualScale()));
    }

    Output forward(Tensor xBSD, Tokens tokens, Optional<Tensor> visible, Optional<KvCache> cache, Context context) {
        Tensor x = kept(
                xBSD,
                context,
                in -> attention.residual(in, attentionNorm, visible, cache, slot, context.dropout(dropout), context));
        return switch (half) {
            case Dense(FeedForward dense) ->
                new Output(
                        kept(x, context, in -> dense.residual(in, feedForwardNorm, context.dropout(dropout), context)),
                        Optional.empty());
            case Sparse(MoeLayer moe) -> {
                MoeLayer.Output output = moe.forward(feedForwardNorm.forward(x), tokens, context);
                Tensor branch = DropoutKernel.apply(output.yBSD(), context.dropout(dropout));
                yield new Output(x.add(branch), Optional.of(output.routing()));
            }
        };
    }

    /** Applies a half of the block, which keeps what backward needs, or, if so asked, its result alone. */
    private static Tensor kept(Tensor x, Context context, UnaryOperator<Tensor> half) {
        return context.recompute() ? Recompute.apply(x, half) : half.apply(x);
    }

    /** Tells the router, if the block is sparse, what the step wanted of each expert. */
    void afterStep(long[] wantedOfExpert) {
        if (half instanceof Sparse(MoeLayer moe)) {
            moe.afterStep(wantedOfExpert);
        }
    }

    boolean isSparse() {
        return half instanceof Sparse;
    }
}
