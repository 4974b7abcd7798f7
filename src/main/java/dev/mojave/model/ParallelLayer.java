package dev.mojave.model;

import dev.mojave.moe.Dispatch;
import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.experts.RowExperts;
import dev.mojave.moe.router.Router;
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
import dev.mojave.nn.Parameter.Role;
import dev.mojave.nn.Ragged;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

// Shapes: B batch, S tokens, D width of the blocks, T routed tokens (B * S without padding), P blocks, K blocks per
// token, R rows.
/**
 * One parallel layer of MoEP: P small pre-norm transformer blocks in parallel, of which a router chooses K for each token,
 * {@code y_t = x_t + sum_k g_tk (block_k(x)_t - x_t)}. The residual counts once, whatever the sum of the weights; if they sum to
 * 1, this is the weighted sum of the blocks' results.
 *
 * <p>Tokens are dispatched to blocks as to experts: rows are sorted by block and, within a block, by token, so that each block's
 * part of every sequence is contiguous.
 */
final class ParallelLayer {
    /** The layers of one block. */
    private record Small(Norm attentionNorm, Attention attention, Norm feedForwardNorm, FeedForward feedForward) {
        /** Builds a block of the only kind that this class can route tokens through: a dense pre-norm block. */
        static Small of(BlockSpec block, Init init, double residual) {
            return switch (block) {
                case BlockSpec(
                        BlockSpec.Topology topology,
                        Norm.Spec norm,
                        AttentionSpec attention,
                        BlockSpec.SecondBranch branch,
                        double _) ->
                    switch (topology) {
                        case PRE_NORM ->
                            new Small(
                                    norm.build(init.child("attention_norm")),
                                    attention.build(init.child("attention"), residual, Optional.empty()),
                                    norm.build(init.child("feed_forward_norm")),
                                    dense(branch).build(init.child("feed_forward"), residual));
                    };
            };
        }

        private static FeedForward.Spec dense(BlockSpec.SecondBranch branch) {
            return switch (branch) {
                case BlockSpec.Dense(FeedForward.Spec dense) -> dense;
                case BlockSpec.Sparse _ -> throw new IllegalStateException("a parallel block has no experts");
            };
        }
    }

    /** The residual stream of all tokens of a pass, with the mask and the cache. */
    private record Pass(Tensor xBSD, Optional<Tensor> visible, Optional<KvCache> cache) {
        Pass seeing(Optional<Tensor> other) {
            return new Pass(xBSD, other, cache);
        }
    }

    private final ParallelParts parts;
    private final ParallelSpec spec;
    private final Router router;
    private final List<Small> blocks = new ArrayList<>();
    private final int firstSlot;
    private final Mixture mixture;

    /**
     * Builds the layer with parameters under {@code router} and {@code blocks.J}.
     *
     * @param firstSlot index of the first block in a cache; the others follow
     * @param mixture identity of this layer among the model's mixtures
     */
    ParallelLayer(ParallelParts parts, Init init, int firstSlot, Mixture mixture) {
        this.mixture = mixture;
        this.parts = parts;
        this.spec = parts.spec();
        this.firstSlot = firstSlot;
        this.router = spec.blocks()
                .choice()
                .router()
                .build(parts.blockSizes(), init.child("router").as(Role.ROUTER));
        double residual = parts.model().residualScale();
        for (int block = 0; block < spec.blocks().choice().numExperts(); block++) {
            Init own = init.child("blocks").child(String.valueOf(block));
            blocks.add(Small.of(parts.block(), own, residual));
        }
    }

    /**
     * Transforms each token with the blocks that the router chooses for it.
     *
     * @param xBSD residual stream, float32 (B, S, D)
     * @param visible causal and padding mask, boolean (B, 1, S, S); empty if no token is padding
     */
    MoeLayer.Output forward(
            Tensor xBSD, Tokens tokens, Optional<Tensor> visible, Optional<KvCache> cache, Context context) {
        Tensor allTD = xBSD.reshape(-1, spec.hiddenSize());
        Optional<Tensor> real = tokens.realT();
        Tensor xTD = real.isPresent() ? allTD.indexSelect(0, real.get()) : allTD;
        Routing routing = router.route(parts.read(xTD), tokens, context).in(mixture);
        Pass pass = new Pass(xBSD, visible, cache);
        RowExperts dispatched = (rowsRD, counts, c) -> changes(rowsRD, counts, rows(routing, tokens), pass, c);
        Tensor changeTD = Dispatch.grouped(xTD, gated(routing), dispatched, context);
        Tensor yTD = real.isPresent() ? allTD.indexAdd(0, real.get(), changeTD) : allTD.add(changeTD);
        return new MoeLayer.Output(yTD.view(xBSD.shape()), routing);
    }

    /** Reports the requested load of a step to the router. */
    void afterStep(long[] requestedOfBlock) {
        router.afterStep(requestedOfBlock);
    }

    private Routing gated(Routing routing) {
        return switch (spec.passage().gate()) {
            case WEIGHTED -> routing;
            case SUM ->
                new Routing(
                        routing.logitsTE(),
                        routing.probabilitiesTE(),
                        Tensors.ones(DType.FLOAT32, routing.tokens(), routing.topK()),
                        routing.choices(),
                        routing.noise(),
                        routing.mixture());
        };
    }

    /** Returns the index in B * S of each row's token. */
    private static long[] rows(Routing routing, Tokens tokens) {
        long[] rows = routing.choices().tokenAtRow();
        if (tokens.realT().isPresent()) {
            long[] real = tokens.realT().get().toLongs();
            Arrays.setAll(rows, row -> real[(int) rows[row]]);
        }
        return rows;
    }

    /** Returns the change that each block makes to the residual stream of its tokens, (R, D). */
    private Tensor changes(Tensor rowsRD, long[] counts, long[] placeOfRow, Pass pass, Context context) {
        List<Tensor> rows = rowsRD.split(counts, 0);
        List<Tensor> results = new ArrayList<>();
        int first = 0;
        for (int block = 0; block < counts.length; block++) {
            int end = first + (int) counts[block];
            long[] places = Arrays.copyOfRange(placeOfRow, first, end);
            Optional<Tensor> visible = visible(block, places, pass);
            if (places.length > 0) {
                results.add(change(block, rows.get(block), places, pass.seeing(visible), context));
            } else if (pass.cache.isPresent() && !ownTokensOnly()) {
                attendAll(block, pass, context); // Later tokens of this block will attend to these keys.
            }
            first = end;
        }
        if (results.isEmpty()) {
            return rowsRD; // No token chose a block, so nothing changes.
        }
        return results.size() == 1 ? results.getFirst() : Tensors.cat(results, 0);
    }

    private Tensor change(int block, Tensor rowsRD, long[] places, Pass pass, Context context) {
        Small small = blocks.get(block);
        double dropout = context.dropout(parts.model().stack().dropout());
        boolean alone = ownTokensOnly() && pass.cache.isEmpty();
        Tensor attendedRD =
                alone ? amongThemselves(small, rowsRD, places, pass, context) : amongAll(block, places, pass, context);
        return small.feedForward
                .residual(attendedRD, small.feedForwardNorm, dropout, context)
                .sub(rowsRD);
    }

    private boolean ownTokensOnly() {
        return spec.passage().attention() == ParallelSpec.Visible.ROUTED_TOKENS;
    }

    /** Lets the block's tokens of each sequence attend to each other, as a batch of shorter sequences. */
    private Tensor amongThemselves(Small small, Tensor rowsRD, long[] places, Pass pass, Context context) {
        int[] lengths = new int[(int) pass.xBSD.size(0)];
        for (long place : places) {
            lengths[(int) (place / pass.xBSD.size(1))]++;
        }
        Ragged ragged = new Ragged(lengths);
        return ragged.unpad(attend(small, ragged.pad(rowsRD), Optional.empty(), Optional.empty(), 0, context));
    }

    /** Lets every token attend to the tokens that the mask allows, and returns the rows of the block's own tokens. */
    private Tensor amongAll(int block, long[] places, Pass pass, Context context) {
        return attendAll(block, pass, context)
                .reshape(-1, spec.hiddenSize())
                .indexSelect(0, Tensors.of(places, places.length));
    }

    private Tensor attendAll(int block, Pass pass, Context context) {
        return attend(blocks.get(block), pass.xBSD, pass.visible, pass.cache, firstSlot + block, context);
    }

    /** Applies the attention branch of a block, including the residual. */
    private Tensor attend(
            Small small, Tensor xBSD, Optional<Tensor> visible, Optional<KvCache> cache, int slot, Context context) {
        double dropout = context.dropout(parts.model().stack().dropout());
        return small.attention.residual(xBSD, small.attentionNorm, visible, cache, slot, dropout, context);
    }

    /** Returns the mask for attention over all tokens; with a cache, it hides the keys of tokens that are routed to other blocks. */
    private Optional<Tensor> visible(int block, long[] places, Pass pass) {
        if (pass.cache.isEmpty() || !ownTokensOnly()) {
            return pass.visible;
        }
        KvCache cache = pass.cache.get();
        long length = pass.xBSD.size(1);
        float[] own = new float[(int) (pass.xBSD.size(0) * length)];
        for (long place : places) {
            own[(int) place] = 1;
        }
        Tensor ownBS = Tensors.of(own, pass.xBSD.size(0), length).to(DType.BOOL);
        Tensor keysB11T = cache.mark(firstSlot + block, ownBS).unsqueeze(1).unsqueeze(1);
        return Optional.of(Attention.causalMask(cache.length(), length).and(keysB11T));
    }
}
