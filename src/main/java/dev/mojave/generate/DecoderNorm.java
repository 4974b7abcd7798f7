package dev.mojave.generate;

import dev.mojave.model.ModelSpec;
import dev.mojave.nn.Norm;
import dev.mojave.tensor.kernels.DecodeKernels;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Normalisation of one token. */
record DecoderNorm(Norm.Kind kind, MemorySegment weight, Optional<MemorySegment> bias, int width, double eps) {
    /** Takes the norm under a name from the model. */
    static DecoderNorm of(DecoderMemory memory, String name, ModelSpec spec) {
        return new DecoderNorm(
                spec.norm(),
                memory.vector(name + ".weight"),
                memory.optional(name + ".bias"),
                spec.hiddenSize(),
                spec.normEps());
    }

    /** y = norm(x). */
    void apply(MemorySegment x, MemorySegment y) {
        switch (kind) {
            case LAYER_NORM -> DecodeKernels.layerNorm(x, weight, bias, y, width, eps);
            case RMS_NORM -> DecodeKernels.rmsNorm(x, weight, y, 0, width, eps);
        }
    }
}
