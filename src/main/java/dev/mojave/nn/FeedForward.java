package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.base.Check;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.block.BlockKernel;
import dev.mojave.tensor.kernels.block.FeedForwardBranch;
import dev.mojave.tensor.kernels.block.ResidualBranch;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import dev.mojave.tensor.kernels.pointwise.Gate;
import java.util.List;
import java.util.Optional;

/**
 * The feed-forward layer of a block: {@code down(gelu(up x))} as in GPT-2, or {@code down(silu(gate x) * up x)} as in LLaMA
 * (SwiGLU, arXiv 2002.05202), where one fused projection computes gate and up, in this order.
 */
public final class FeedForward {
    /** The non-linearity, which also determines the number of input projections. */
    public enum Activation {
        @JsonProperty("gelu")
        GELU(Gate.GELU),
        @JsonProperty("swiglu")
        SWIGLU(Gate.SWIGLU);

        private final Gate gate;

        Activation(Gate gate) {
            this.gate = gate;
        }

        /** Returns the width of the input projection in multiples of the intermediate size: 2 with a gate, else 1. */
        public int projections() {
            return gate.projections();
        }

        /** Returns the kernel's name of this non-linearity. */
        public Gate gate() {
            return gate;
        }

        /**
         * Applies the non-linearity.
         *
         * @param x (..., projections * I), where I is the intermediate size
         * @return (..., I)
         */
        public Tensor apply(Tensor x) {
            return gate.apply(x);
        }
    }

    /**
     * Sizes and options.
     *
     * @param width width of the input
     * @param intermediateSize width between the two projections
     * @param activation non-linearity
     * @param bias whether the projections have biases
     * @param outputs width of the output; equals {@code width} in a transformer block
     */
    public record Spec(int width, int intermediateSize, Activation activation, boolean bias, int outputs) {
        /** Checks the sizes. */
        public Spec {
            Check.that(intermediateSize > 0, "intermediate_size (%d) must be positive", intermediateSize);
        }

        /** Creates a feed-forward layer whose output is as wide as its input. */
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

        /** Returns the number of weights in the matrix products of one token. */
        public long matmulWeights() {
            return ((long) activation.projections() * width + outputs) * intermediateSize;
        }

        /**
         * Builds the layer with parameters under {@code input} and {@code output}.
         *
         * @param residual factor on the initial standard deviation of the output projection
         */
        public FeedForward build(Init init, double residual) {
            return new FeedForward(
                    this,
                    input().build(init.child("input")),
                    output().build(init.child("output").scaled(residual)));
        }
    }

    /** The weights of a feed-forward layer, for code that computes with them outside the layer. */
    public record Weights(Spec spec, Linear.Weights input, Linear.Weights output) {}

    private final Spec spec;
    private final Linear input;
    private final Linear output;

    private FeedForward(Spec spec, Linear input, Linear output) {
        this.spec = spec;
        this.input = input;
        this.output = output;
    }

    /** Returns the weights, which the layer still owns. */
    public Weights weights() {
        return new Weights(spec, input.weights(), output.weights());
    }

    /**
     * Transforms each token independently.
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
     * Applies the feed-forward branch of a pre-norm block, {@code x + dropout(f(norm(x)))}, with the fused kernel if there is a
     * {@link #fusedBranch} for it.
     *
     * @param x the residual stream, float32 (..., width)
     * @param dropout dropout probability of the branch in this pass
     * @return the new residual stream, float32 (..., width)
     */
    public Tensor residual(Tensor x, Norm norm, double dropout, Context context) {
        Optional<ResidualBranch> branch = fusedBranch(x, norm, dropout, context);
        return branch.isPresent()
                ? BlockKernel.apply(x, List.of(branch.get()))
                : x.add(DropoutKernel.apply(forward(norm.forward(x), context), dropout));
    }

    /**
     * Returns the branch of {@link #residual} for the fused kernel; empty if the kernel cannot run or does not support the specification.
     */
    public Optional<ResidualBranch> fusedBranch(Tensor x, Norm norm, double dropout, Context context) {
        if (!BlockKernel.supports(x, context.compute())) {
            return Optional.empty();
        }
        return switch (spec) {
            case Spec(int width, int _, Activation activation, boolean _, int outputs)
            when outputs == width ->
                Optional.of(FeedForwardBranch.of(
                        new FeedForwardBranch.Weights(
                                norm.normalisation(), input.projection(), activation.gate(), output.projection()),
                        dropout,
                        context.compute()));
            case Spec _ -> Optional.empty();
        };
    }
}
