package dev.mojave.generate;

import dev.mojave.nn.Linear;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.kernels.decode.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The affine map {@code W x + b} for one token. */
record DecoderLinear(PackedMatrix weight, Optional<MemorySegment> bias) {
    /** Packs a layer's matrix. */
    static DecoderLinear of(DecoderMemory memory, Linear.Weights weights) {
        return new DecoderLinear(
                memory.matrix(weights.weightOI()), weights.biasO().map(Tensor::segment));
    }

    /** Computes {@code y = W x + b}. */
    void apply(MemorySegment x, MemorySegment y) {
        weight.multiply(x, y, bias, false);
    }

    /** Computes {@code y += W x + b}. */
    void addTo(MemorySegment x, MemorySegment y) {
        weight.multiply(x, y, bias, true);
    }
}
