package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.base.tree.Default;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import java.util.Optional;

// Shapes: T tokens, D model width, K choices per token.
/**
 * Hash routing (Roller et al. 2021, arXiv 2106.04426), a control without learning: the K experts of a token are a fixed random
 * draw without repetition that depends only on its id and the seed; each has the weight 1/K.
 */
public final class HashRouter implements Router {
    /**
     * The kind {@code hash}.
     *
     * @param seed seed of the draws
     */
    @JsonTypeName("hash")
    public record Spec(@Default("0") long seed) implements RouterSpec {
        @Override
        public boolean normalises() {
            return false;
        }

        @Override
        public Causality causality() {
            return Causality.CAUSAL;
        }

        @Override
        public long parameterCount(Sizes sizes) {
            return 0;
        }

        @Override
        public HashRouter build(Sizes sizes, Init init) {
            return new HashRouter(sizes, seed);
        }

        @Override
        public boolean learns() {
            return false;
        }

        @Override
        public Optional<String> againstBalanceLosses() {
            return Optional.of("its choices are fixed, so no loss can change them");
        }
    }

    private final RouterSpec.Sizes sizes;
    private final long seed;

    private HashRouter(RouterSpec.Sizes sizes, long seed) {
        this.sizes = sizes;
        this.seed = seed;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        long[] ids = tokens.ids();
        long[] chosen = new long[ids.length * sizes.topK()];
        int[] deck = new int[sizes.experts()];
        for (int token = 0; token < ids.length; token++) {
            draw(ids[token], deck);
            for (int choice = 0; choice < sizes.topK(); choice++) {
                chosen[token * sizes.topK() + choice] = deck[choice];
            }
        }
        return Gates.fixed(chosen, xTD, sizes);
    }

    /** Draws the first K experts with the first K steps of a Fisher-Yates shuffle. */
    private void draw(long id, int[] deck) {
        for (int i = 0; i < deck.length; i++) {
            deck[i] = i;
        }
        long state = mix(mix(seed) + id);
        for (int i = 0; i < sizes.topK(); i++) {
            state = mix(state);
            int other = i + (int) Long.remainderUnsigned(state, deck.length - i);
            int swapped = deck[i];
            deck[i] = deck[other];
            deck[other] = swapped;
        }
    }

    /** The finaliser of SplitMix64 after its increment. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
