package dev.mojave.nn;

import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.support.Projection;
import java.util.Optional;

/** An affine map {@code y = x W^T + b} with W (outputs, inputs) and an optional b (outputs). */
public final class Linear {
    /** The shape of the map. */
    public record Spec(int inputs, int outputs, boolean bias) {
        /** Returns the number of parameters. */
        public long parameterCount() {
            return (long) inputs * outputs + (bias ? outputs : 0);
        }

        /** Builds the layer with parameters {@code weight} and, if specified, {@code bias}. */
        public Linear build(Init init) {
            Tensor weight = init.matrix("weight", outputs, inputs);
            return new Linear(weight, bias ? Optional.of(init.zeros("bias", outputs)) : Optional.empty());
        }
    }

    /**
     * The weights of an affine map, for code that computes with them outside the layer.
     *
     * @param weightOI float32 (outputs, inputs)
     * @param biasO float32 (outputs); empty if the map has no bias
     */
    public record Weights(Tensor weightOI, Optional<Tensor> biasO) {}

    private final Tensor weightOI;
    private final Optional<Tensor> biasO;

    private Linear(Tensor weightOI, Optional<Tensor> biasO) {
        this.weightOI = weightOI;
        this.biasO = biasO;
    }

    /**
     * Applies the map.
     *
     * @param x (..., inputs), any float dtype
     * @return (..., outputs) in the context's compute dtype
     */
    public Tensor forward(Tensor x, Context context) {
        return apply(x, weightOI, biasO, context);
    }

    /** Returns the weights, which the layer still owns. */
    public Weights weights() {
        return new Weights(weightOI, biasO);
    }

    /** Returns the weights in the form that kernels accept. */
    Projection projection() {
        return new Projection(weightOI, biasO);
    }

    /** Applies the map with weights that another layer owns: a tied head, or one expert of a stack. */
    public static Tensor apply(Tensor x, Tensor weightOI, Optional<Tensor> biasO, Context context) {
        Tensor input = x.to(context.compute());
        Tensor weight = weightOI.to(context.compute());
        return biasO.isPresent()
                ? Functions.linear(input, weight, biasO.get().to(context.compute()))
                : Functions.linear(input, weight);
    }
}
