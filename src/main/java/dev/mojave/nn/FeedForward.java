package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.block.BlockKernel;
import dev.mojave.tensor.kernels.block.FeedForwardHalf;
import dev.mojave.tensor.kernels.block.Half;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import dev.mojave.tensor.kernels.pointwise.Gate;
import java.util.List;
import java.util.Optional;

/**
 * The feed-forward half of a block: {@code down(gelu(up x))} as in GPT-2, or {@code down(silu(gate x) * up x)} as in LLaMA
 * (SwiGLU, arXiv 2002.05202), where one fused projection makes gate and up, in this order.
 */
public final class FeedForward {
    /** The non-linearity, and with it the number of input projections. */
    public enum Activation {
        @JsonProperty("gelu")
        GELU(Gate.GELU),
        @JsonProperty("swiglu")
        SWIGLU(Gate.SWIGLU);

        private final Gate gate;

        Activation(Gate gate) {
            this.gate = gate;
        }

        /** Returns how many intermediate sizes wide the input projection is. */
        public int projections() {
            return gate.projections();
        }

        /** Returns the kernel. */
        public Gate gate() {
            return gate;
        }

        /**
         * Applies the non-linearity.
         *
         * @param x (..., projections * I)
         * @return (..., I)
         */
        public Tensor apply(Tensor x) {
            return gate.apply(x);
        }
    }

    /**
     * Sizes and options.
     *
     * @param width of the input
     * @param intermediateSize between the two maps
     * @param activation the non-linearity
     * @param bias whether the maps have biases
     * @param outputs width of the result, the input's in a transformer block
     */
    public record Spec(int width, int intermediateSize, Activation activation, boolean bias, int outputs) {
        /** Checks the sizes. */
        public Spec {
            Check.that(intermediateSize > 0, "intermediate_size (%d) must be positive", intermediateSize);
        }

        /** A feed-forward that ends at the width where it began. */
        public Spec(int width, int intermediateSize, Activation activation, boolean bias) {
            this(width, intermediateSize, activation, bias, width);
        }

        private Linear.Spec input() {
            return new Linear.Spec(width, activation.projections() * intermediateSize, bias);
        }

        private Linear.Spec output() {
            return new Linear.Spec(intermediateSize, outputs, bias);
        }

        /** Returns the number of parameters. */
        public long parameterCount() {
            return input().parameterCount() + output().parameterCount();
        }

        /** Returns the number of weights that a token is multiplied with. */
        public long matmulWeights() {
            return ((long) activation.projections() * width + outputs) * intermediateSize;
        }

        /** Makes the layer with parameters under {@code input} and {@code output}. */
        public FeedForward build(Init init, double residual) {
            return new FeedForward(
                    this,
                    input().build(init.child("input")),
                    output().build(init.child("output").scaled(residual)));
        }
    }

    /** What a feed-forward holds, for code that computes with it outside layers. */
    public record Weights(Spec spec, Linear.Weights input, Linear.Weights output) {}

    private final Spec spec;
    private final Linear input;
    private final Linear output;

    private FeedForward(Spec spec, Linear input, Linear output) {
        this.spec = spec;
        this.input = input;
        this.output = output;
    }

    /** Hands out the weights. */
    public Weights weights() {
        return new Weights(spec, input.weights(), output.weights());
    }

    /**
     * Transforms each token by itself.
     *
     * @param x (..., width), any float dtype
     * @return (..., outputs) in the compute dtype
     */
    public Tensor forward(Tensor x, Context context) {
        return switch (spec) {
            case Spec(int _, int _, Activation activation, boolean _, int _) ->
                output.forward(activation.apply(input.forward(x, context)), context);
        };
    }

    /**
     * The feed-forward half of a pre-norm block, {@code x + dropout(f(norm(x)))}; a kernel where there is {@link #half one}.
     *
     * @param x the residual stream, float32 (..., width)
     * @param dropout probability in force
     */
    public Tensor residual(Tensor x, Norm norm, double dropout, Context context) {
        Optional<Half> half = half(x, norm, dropout, context);
        return half.isPresent()
                ? BlockKernel.apply(x, List.of(half.get()))
                : x.add(DropoutKernel.apply(forward(norm.forward(x), context), dropout));
    }

    /** Returns the same for a kernel; absent where it does not run, and for whatever the kernel is not known to compute. */
    public Optional<Half> half(Tensor x, Norm norm, double dropout, Context context) {
        if (!BlockKernel.takes(x, context.compute())) {
            return Optional.empty();
        }
        return switch (spec) {
            case Spec(int width, int _, Activation activation, boolean _, int outputs)
            when outputs == width ->
                Optional.of(FeedForwardHalf.of(
                        new FeedForwardHalf.Weights(
                                norm.normalisation(), input.projection(), activation.gate(), output.projection()),
                        dropout,
                        context.compute()));
            case Spec _ -> Optional.empty();
        };
    }
}
