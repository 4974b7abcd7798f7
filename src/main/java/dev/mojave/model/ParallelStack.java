package dev.mojave.model;

import dev.mojave.moe.MoeLayer;
import dev.mojave.moe.routing.Mixture;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.nn.KvCache;
import dev.mojave.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

// Shapes: B batch, S tokens, D model width.
/**
 * MoEP's replacement of the middle layers: {@code y = grow(parallel_n(...parallel_1(shrink(x))))}, plus {@code x} if the
 * specification keeps the residual.
 */
final class ParallelStack {
    private final ParallelParts parts;
    private final MoeLayer shrink;
    private final List<ParallelLayer> layers = new ArrayList<>();
    private final MoeLayer grow;
    private final List<Mixture> mixtures;

    /**
     * Builds the stack with parameters under {@code shrink}, {@code layers.N} and {@code grow}.
     *
     * @param firstSlot index of the first block of the first parallel layer in a cache
     */
    ParallelStack(ParallelParts parts, Init init, int firstSlot) {
        this.parts = parts;
        this.mixtures = parts.model().mixtures();
        ParallelSpec spec = parts.spec();
        this.shrink = parts.shrink().build(init.child("shrink"), 1);
        int blocks = spec.blocks().choice().numExperts();
        for (int n = 0; n < parts.layers(); n++) {
            Init own = init.child("layers").child(String.valueOf(spec.fullLayers() + n));
            layers.add(new ParallelLayer(parts, own, firstSlot + n * blocks, mixtures.get(n + 1)));
        }
        this.grow = parts.grow()
                .build(
                        init.child("grow"),
                        spec.passage().residual() ? parts.model().residualScale() : 1);
    }

    /** Transforms the residual stream, float32 (B, S, D); appends the routing of shrink, of every layer and of grow, in this order. */
    Tensor forward(
            Tensor xBSD,
            Tokens tokens,
            Optional<Tensor> visible,
            Optional<KvCache> cache,
            List<Routing> routing,
            Context context) {
        MoeLayer.Output shrunk = shrink.forward(parts.read(xBSD), tokens, context);
        routing.add(shrunk.routing().in(mixtures.getFirst()));
        Tensor narrow = shrunk.yBSD();
        for (ParallelLayer layer : layers) {
            MoeLayer.Output output = layer.forward(narrow, tokens, visible, cache, context);
            routing.add(output.routing());
            narrow = output.yBSD();
        }
        MoeLayer.Output grown = grow.forward(parts.read(narrow), tokens, context);
        routing.add(grown.routing().in(mixtures.getLast()));
        return parts.spec().passage().residual() ? xBSD.add(grown.yBSD()) : grown.yBSD();
    }

    /** Reports the requested loads of a step to all routers, in the order of their routing. */
    void afterStep(List<long[]> requested) {
        shrink.afterStep(requested.getFirst());
        for (int n = 0; n < layers.size(); n++) {
            layers.get(n).afterStep(requested.get(n + 1));
        }
        grow.afterStep(requested.getLast());
    }
}
