package dev.mojave.moe.router;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.Tensor;
import java.util.Optional;

// Shapes: T tokens, D model width, E experts, K choices per token.
/**
 * Forced-uniform routing, a control without learning that ignores the activations: the token at position s of its sequence is
 * assigned to the experts {@code (s + j) mod E}, j = 0..K-1, each with the weight 1/K. Any E consecutive tokens load all experts
 * equally. The definition is Mojave's own.
 */
public final class UniformRouter implements Router {
    /** The kind {@code uniform}; it has no options. */
    @JsonTypeName("uniform")
    public record Spec() implements RouterSpec {
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
        public UniformRouter build(Sizes sizes, Init init) {
            return new UniformRouter(sizes);
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

    private UniformRouter(RouterSpec.Sizes sizes) {
        this.sizes = sizes;
    }

    @Override
    public Routing route(Tensor xTD, Tokens tokens, Context context) {
        long[] positions = tokens.positions();
        long[] chosen = new long[positions.length * sizes.topK()];
        for (int assignment = 0; assignment < chosen.length; assignment++) {
            chosen[assignment] = (positions[assignment / sizes.topK()] + assignment % sizes.topK()) % sizes.experts();
        }
        return Gates.fixed(chosen, xTD, sizes);
    }
}
