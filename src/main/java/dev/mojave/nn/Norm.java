package dev.mojave.nn;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import java.util.Optional;

/**
 * Normalisation over the last dimension, computed in float32.
 *
 * <p>LayerNorm (arXiv 1607.06450): {@code (x - mean) / sqrt(var + eps) * w + b}; RMSNorm (arXiv 1910.07467):
 * {@code x / sqrt(mean(x^2) + eps) * w}.
 */
public final class Norm {
    /** The kind of normalisation. */
    public enum Kind {
        @JsonProperty("layer_norm")
        LAYER_NORM,
        @JsonProperty("rms_norm")
        RMS_NORM
    }

    /** Kind, width and epsilon; {@code bias} applies to LayerNorm only. */
    public record Spec(Kind kind, int width, double eps, boolean bias) {
        /** Returns the number of parameters. */
        public long parameterCount() {
            return hasBias() ? 2L * width : width;
        }

        private boolean hasBias() {
            return bias && kind == Kind.LAYER_NORM;
        }

        /** Builds the layer with parameters {@code weight} and, if it has one, {@code bias}. */
        public Norm build(Init init) {
            Tensor weight = init.ones("weight", width);
            return new Norm(this, weight, hasBias() ? Optional.of(init.zeros("bias", width)) : Optional.empty());
        }
    }

    /**
     * The weights of a norm, for code that computes with them outside the layer.
     *
     * @param spec specification of the layer
     * @param weightD float32 (D)
     * @param biasD float32 (D); empty if the norm has no bias
     */
    public record Weights(Spec spec, Tensor weightD, Optional<Tensor> biasD) {}

    private final Spec spec;
    private final Tensor weightD;
    private final Optional<Tensor> biasD;

    private Norm(Spec spec, Tensor weightD, Optional<Tensor> biasD) {
        this.spec = spec;
        this.weightD = weightD;
        this.biasD = biasD;
    }

    /**
     * Normalises without trained weights.
     *
     * @param x (..., width), any float dtype
     * @return the same shape, float32
     */
    public static Tensor plain(Kind kind, Tensor x, double eps) {
        Tensor onesD = Tensors.ones(DType.FLOAT32, x.size(x.dimensions() - 1));
        return new Normalisation(kind == Kind.LAYER_NORM, onesD, Optional.empty(), eps).apply(x.to(DType.FLOAT32));
    }

    /**
     * Normalises.
     *
     * @param x (..., width), any float dtype
     * @return the same shape, float32
     */
    public Tensor forward(Tensor x) {
        return normalisation().apply(x.to(DType.FLOAT32));
    }

    /** Returns the weights, which the layer still owns. */
    public Weights weights() {
        return new Weights(spec, weightD, biasD);
    }

    /** Returns the kernel with this layer's weights. */
    public Normalisation normalisation() {
        return new Normalisation(spec.kind == Kind.LAYER_NORM, weightD, biasD, spec.eps);
    }
}
