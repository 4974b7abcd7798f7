package dev.mojave.generate;

import dev.mojave.tensor.kernels.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** An affine map of one token, {@code W x + b}. */
record DecoderLinear(PackedMatrix weight, Optional<MemorySegment> bias) {
    /** Takes the map under a name from the model. */
    static DecoderLinear of(DecoderMemory memory, String name) {
        return new DecoderLinear(memory.matrix(name + ".weight"), memory.optional(name + ".bias"));
    }

    /** y = W x + b. */
    void apply(MemorySegment x, MemorySegment y) {
        weight.multiply(x, y, bias, false);
    }

    /** y += W x + b. */
    void addTo(MemorySegment x, MemorySegment y) {
        weight.multiply(x, y, bias, true);
    }
}
