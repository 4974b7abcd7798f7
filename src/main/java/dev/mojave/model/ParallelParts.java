package dev.mojave.model;

import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.LinearExperts;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.KvCache;
import dev.mojave.nn.Linear;
import dev.mojave.nn.Norm;
import dev.mojave.nn.QkNorm;
import dev.mojave.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The specifications of the parts of a model's parallel layers (MoEP), and their parameter and FLOP counts. */
record ParallelParts(ModelSpec model, ParallelSpec spec) {
    /** Returns the parts, if a model has parallel layers. */
    static Optional<ParallelParts> of(ModelSpec model) {
        return model.parallelBlocks().map(spec -> new ParallelParts(model, spec));
    }

    /** Returns the number of parallel layers. */
    int layers() {
        return model.numHiddenLayers() - 2 * spec.fullLayers();
    }

    Norm.Spec norm() {
        return model.norm().spec(spec.hiddenSize());
    }

    /** Returns the attention of each block: that of the full-width layers, but with the sizes of the block. */
    AttentionSpec.GroupedQuery attention() {
        int heads = spec.size().numAttentionHeads();
        int size = AttentionSpec.GroupedQuery.sharedHeadSize(spec.hiddenSize(), heads);
        return switch (model.attentionSpec()) {
            case AttentionSpec.GroupedQuery(
                    int _,
                    int _,
                    int _,
                    int _,
                    Attention.Bias bias,
                    QkNorm qkNorm,
                    double normEps,
                    double dropout) ->
                new AttentionSpec.GroupedQuery(spec.hiddenSize(), heads, heads, size, bias, qkNorm, normEps, dropout);
            case AttentionSpec.SlidingWindow _ ->
                throw new IllegalStateException("a model with parallel cannot have a sliding_window");
        };
    }

    FeedForward.Spec feedForward() {
        return model.feedForward()
                .withIntermediateSize(spec.size().intermediateSize())
                .spec(spec.hiddenSize());
    }

    /** Returns the specification from which each block is built. */
    BlockSpec block() {
        return new BlockSpec(
                BlockSpec.Topology.PRE_NORM,
                norm(),
                attention(),
                new BlockSpec.Dense(feedForward()),
                model.stack().dropout());
    }

    /** Returns the input of routers and projections, given the residual stream. */
    Tensor read(Tensor x) {
        return spec.passage().normalize()
                ? Norm.plain(model.norm().kind(), x, model.norm().normEps())
                : x;
    }

    RouterSpec.Sizes blockSizes() {
        return spec.blocks().choice().sizes(spec.hiddenSize());
    }

    MoeLayer.Spec shrink() {
        return projection(model.hiddenSize(), spec.hiddenSize());
    }

    MoeLayer.Spec grow() {
        return projection(spec.hiddenSize(), model.hiddenSize());
    }

    private MoeLayer.Spec projection(int from, int to) {
        ParallelSpec.Projections maps = spec.projections();
        ExpertBank.Spec experts = switch (maps.expert()) {
            case LINEAR ->
                new LinearExperts.Spec(
                        maps.choice().numExperts(),
                        new Linear.Spec(from, to, model.feedForward().mlpBias()));
            case SWIGLU ->
                new Experts.Spec(
                        maps.choice().numExperts(),
                        new FeedForward.Spec(
                                from,
                                maps.intermediateSize(),
                                Activation.SWIGLU,
                                model.feedForward().mlpBias(),
                                to));
        };
        return new MoeLayer.Spec(maps.choice().router(), maps.choice().sizes(from), experts);
    }

    /** Returns the cache layout: one entry per block of each parallel layer. */
    List<KvCache.Layer> cacheLayers() {
        return Collections.nCopies(
                layers() * spec.blocks().choice().numExperts(), attention().cached());
    }

    private boolean allAttend() {
        return spec.passage().attention() == ParallelSpec.Visible.ALL_TOKENS;
    }

    /**
     * Counts of everything between the full-width layers.
     *
     * @param total number of parameters
     * @param active number of parameters that one token uses, including the attention of every block if all tokens attend in
     *     every block
     * @param matmulWeights number of weights in the matrix products of one token
     * @param attentionFlops training FLOPs per token of the scores and the weighted sum of values
     */
    record Counts(long total, long active, long matmulWeights, long attentionFlops) {}

    Counts counts() {
        long blocks = spec.blocks().choice().numExperts();
        long chosen = spec.blocks().choice().numExpertsPerTok();
        long attending = allAttend() ? blocks : chosen;
        long attends = norm().parameterCount() + attention().parameterCount();
        long feeds = norm().parameterCount() + feedForward().parameterCount();
        long router = spec.blocks().choice().router().parameterCount(blockSizes());
        long routed = spec.blocks().choice().router().matmulWeights(blockSizes())
                + attending * attention().matmulWeights()
                + chosen * feedForward().matmulWeights();
        long around = projected(shrink()) + projected(grow());
        // A token sees half the context on average; among its block's own tokens, it sees the fraction of that which is
        // routed to
        // the block.
        double seen = allAttend() ? 1 : (double) chosen / blocks;
        double each = 6.0 * spec.hiddenSize() * model.maxPositionEmbeddings() * seen;
        return new Counts(
                layers() * (blocks * (attends + feeds) + router) + shrink().parameterCount() + grow().parameterCount(),
                layers() * (attending * attends + chosen * feeds + router) + activeOf(shrink()) + activeOf(grow()),
                layers() * routed + around,
                Math.round(layers() * attending * each));
    }

    private static long activeOf(MoeLayer.Spec maps) {
        return maps.routerParameterCount()
                + maps.sizes().topK() * maps.experts().eachParameterCount();
    }

    private static long projected(MoeLayer.Spec maps) {
        return maps.router().matmulWeights(maps.sizes())
                + maps.sizes().topK() * maps.experts().eachMatmulWeights();
    }
}
