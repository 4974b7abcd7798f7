package dev.mojave.generate;

import dev.mojave.nn.Norm;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.decode.DecodeKernels;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Normalisation of one token. */
record DecoderNorm(Norm.Kind kind, MemorySegment weight, Optional<MemorySegment> bias, int width, double eps) {
    static DecoderNorm of(Norm.Weights weights) {
        return new DecoderNorm(
                weights.spec().kind(),
                weights.weightD().segment(),
                weights.biasD().map(Tensor::segment),
                weights.spec().width(),
                weights.spec().eps());
    }

    /** Computes {@code y = norm(x)}. */
    void apply(MemorySegment x, MemorySegment y) {
        switch (kind) {
            case LAYER_NORM -> DecodeKernels.layerNorm(x, weight, bias, y, width, eps);
            case RMS_NORM -> DecodeKernels.rmsNorm(x, weight, y, 0, width, eps);
        }
    }
}
