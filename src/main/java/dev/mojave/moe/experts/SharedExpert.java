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
 * A feed-forward layer that processes every token in addition to its chosen experts (DeepSeekMoE, arXiv 2401.06066):
 * {@code y = f(x)} or, if it is gated as in Qwen2-MoE, {@code y = sigmoid(x w^T) f(x)} with one gate value per token.
 */
public final class SharedExpert {
    /** The feed-forward layer, and whether it is gated. */
    public record Spec(FeedForward.Spec feedForward, boolean gated) {
        private Linear.Spec gate() {
            return new Linear.Spec(feedForward.width(), 1, false);
        }

        /** Returns the number of parameters. */
        public long parameterCount() {
            return feedForward.parameterCount() + (gated ? gate().parameterCount() : 0);
        }

        /** Returns the number of weights in the matrix products of one token. */
        public long matmulWeights() {
            return feedForward.matmulWeights() + (gated ? feedForward.width() : 0);
        }

        /** Builds the expert with parameters under {@code input}, {@code output} and, if it is gated, {@code gate}. */
        public SharedExpert build(Init init, double residual) {
            return new SharedExpert(
                    feedForward.build(init, residual),
                    gated ? Optional.of(gate().build(init.child("gate").as(Role.GATE))) : Optional.empty());
        }
    }

    /**
     * The weights of a shared expert, for code that computes with them outside the layer.
     *
     * @param feedForward weights of the feed-forward layer
     * @param gate projection to the logit of the gate; empty if the expert is not gated
     */
    public record Weights(FeedForward.Weights feedForward, Optional<Linear.Weights> gate) {}

    private final FeedForward feedForward;
    private final Optional<Linear> gate;

    private SharedExpert(FeedForward feedForward, Optional<Linear> gate) {
        this.feedForward = feedForward;
        this.gate = gate;
    }

    /** Returns the weights, which the layer still owns. */
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
