package dev.mojave.model;

import dev.mojave.model.BlockSpec.Topology;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Init;
import dev.mojave.nn.KvCache;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Rotary;
import dev.mojave.tensor.Recompute;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.block.BlockKernel;
import dev.mojave.tensor.kernels.block.ResidualBranch;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One transformer block as specified by a {@link BlockSpec}. If a pass recomputes activations, the whole block does, except a
 * mixture, because the balance losses differentiate through its routing.
 */
final class Block {
    /** A feed-forward layer or a mixture. */
    private sealed interface SecondBranch permits Dense, Sparse {}

    private record Dense(FeedForward layer) implements SecondBranch {}

    private record Sparse(MoeLayer layer, Mixture mixture) implements SecondBranch {}

    /**
     * The result of one pass.
     *
     * @param xBSD the residual stream, float32 (B, S, D)
     * @param routing decisions of the router; empty if the block is dense
     */
    record Output(Tensor xBSD, Optional<Routing> routing) {}

    private final BlockSpec spec;
    private final Norm attentionNorm;
    private final Attention attention;
    private final Norm feedForwardNorm;
    private final SecondBranch secondBranch;
    private final int slot;

    /**
     * Builds the block.
     *
     * @param slot index of the block in a cache
     */
    Block(ModelSpec model, int layer, int slot, Init init, Optional<Rotary> rotary) {
        double residual = model.residualScale();
        this.spec = model.block(layer);
        this.slot = slot;
        this.attentionNorm = spec.norm().build(init.child("attention_norm"));
        this.attention = spec.attention().build(init.child("attention"), residual, rotary);
        this.feedForwardNorm = spec.norm().build(init.child("feed_forward_norm"));
        this.secondBranch = switch (spec.secondBranch()) {
            case BlockSpec.Dense(FeedForward.Spec dense) ->
                new Dense(dense.build(init.child("feed_forward"), residual));
            case BlockSpec.Sparse(MoeLayer.Spec mixture) ->
                new Sparse(mixture.build(init.child("moe"), residual), ModelMixtures.ofBlock(model, layer));
        };
    }

    /** Returns the weights, which the block still owns. */
    ModelWeights.Block weights() {
        return new ModelWeights.Block(
                spec,
                attentionNorm.weights(),
                attention.weights(),
                feedForwardNorm.weights(),
                switch (secondBranch) {
                    case Dense(FeedForward dense) -> new ModelWeights.Dense(dense.weights());
                    case Sparse(MoeLayer moe, Mixture _) -> new ModelWeights.Sparse(moe.weights());
                });
    }

    Output forward(Tensor xBSD, Tokens tokens, Optional<Tensor> visible, Optional<KvCache> cache, Context context) {
        return switch (spec) {
            case BlockSpec(Topology topology, Norm.Spec _, AttentionSpec _, BlockSpec.SecondBranch _, double dropout) ->
                switch (topology) {
                    case PRE_NORM -> preNorm(xBSD, tokens, visible, cache, context.dropout(dropout), context);
                };
        };
    }

    private Output preNorm(
            Tensor xBSD,
            Tokens tokens,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            double drop,
            Context context) {
        return switch (secondBranch) {
            case Dense(FeedForward dense) ->
                new Output(kept(xBSD, context, in -> both(in, dense, visible, cache, drop, context)), Optional.empty());
            case Sparse(MoeLayer moe, Mixture mixture) -> {
                Tensor x = kept(xBSD, context, in -> attend(in, visible, cache, drop, context));
                MoeLayer.Output output = moe.residual(x, feedForwardNorm, tokens, drop, context);
                yield new Output(output.yBSD(), Optional.of(output.routing().in(mixture)));
            }
        };
    }

    /** Applies both branches of a dense block, with one fused kernel if it supports both. */
    private Tensor both(
            Tensor xBSD,
            FeedForward dense,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            double drop,
            Context context) {
        Optional<List<ResidualBranch>> both = attention
                .fusedBranch(xBSD, attentionNorm, visible, cache, drop, context)
                .flatMap(first ->
                        dense.fusedBranch(xBSD, feedForwardNorm, drop, context).map(second -> List.of(first, second)));
        return both.isPresent()
                ? BlockKernel.apply(xBSD, both.get())
                : dense.residual(attend(xBSD, visible, cache, drop, context), feedForwardNorm, drop, context);
    }

    private Tensor attend(
            Tensor xBSD, Optional<Tensor> visible, Optional<KvCache> cache, double drop, Context context) {
        return attention.residual(xBSD, attentionNorm, visible, cache, slot, drop, context);
    }

    /**
     * Applies a part of the block. It keeps the activations for the backward pass or, if the context requests it, keeps only the
     * result and recomputes the rest.
     */
    private static Tensor kept(Tensor x, Context context, UnaryOperator<Tensor> part) {
        return context.recompute() ? Recompute.apply(x, part) : part.apply(x);
    }

    /** Reports the requested load of a step to the router, if the block is sparse. */
    void afterStep(long[] requestedOfExpert) {
        if (secondBranch instanceof Sparse sparse) {
            sparse.layer.afterStep(requestedOfExpert);
        }
    }

    boolean isSparse() {
        return secondBranch instanceof Sparse;
    }
}
