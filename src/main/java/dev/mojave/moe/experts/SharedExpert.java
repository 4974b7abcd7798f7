package dev.mojave.moe.experts;

import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.Init;
import dev.mojave.nn.Linear;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import java.util.Optional;

/**
 * A feed-forward that every token goes through beside its chosen experts (DeepSeekMoE, arXiv 2401.06066): {@code y = f(x)}, or where it is
 * gated, as in Qwen2-MoE, {@code y = sigmoid(x w^T) f(x)} with one gate value a token.
 */
public final class SharedExpert {
    /** The feed-forward and whether it is gated. */
    public record Spec(FeedForward.Spec feedForward, boolean gated) {
        private Linear.Spec gate() {
            return new Linear.Spec(feedForward.width(), 1, false);
        }

        /** Returns the number of parameters. */
        public long parameterCount() {
            return feedForward.parameterCount() + (gated ? gate().parameterCount() : 0);
        }

        /** Returns the number of weights that a token is multiplied with. */
        public long matmulWeights() {
            return feedForward.matmulWeights() + (gated ? feedForward.width() : 0);
        }

        /** Makes the expert with parameters under {@code input}, {@code output} and, where it is gated, {@code gate}. */
        public SharedExpert build(Init init, double residual) {
            return new SharedExpert(
                    feedForward.build(init, residual),
                    gated ? Optional.of(gate().build(init.child("gate").as(Role.GATE))) : Optional.empty());
        }
    }

    /**
     * What a shared expert holds, for code that computes with it outside layers.
     *
     * @param feedForward the expert
     * @param gate the map to its gate's logit, absent = not gated
     */
    public record Weights(FeedForward.Weights feedForward, Optional<Linear.Weights> gate) {}

    private final FeedForward feedForward;
    private final Optional<Linear> gate;

    private SharedExpert(FeedForward feedForward, Optional<Linear> gate) {
        this.feedForward = feedForward;
        this.gate = gate;
    }

    /** Hands out the weights. */
    public Weights weights() {
        return new Weights(feedForward.weights(), gate.map(Linear::weights));
    }

    /**
     * Transforms each token.
     *
     * @param xTD (T, D), any float dtype
     * @return float32 (T, D)
     */
    public Tensor forward(Tensor xTD, Context context) {
        Tensor yTD = feedForward.forward(xTD, context).to(DType.FLOAT32);
        return gate.isPresent()
                ? gate.get().forward(xTD, context).to(DType.FLOAT32).sigmoid().mul(yTD)
                : yTD;
    }
}
