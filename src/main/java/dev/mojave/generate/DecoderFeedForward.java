package dev.mojave.generate;

import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.tensor.kernels.decode.DecodeKernels;
import java.lang.foreign.MemorySegment;

/** A feed-forward layer, or one expert, for one token. */
record DecoderFeedForward(Activation activation, DecoderLinear input, DecoderLinear output) {
    /** Packs a layer's matrices. */
    static DecoderFeedForward of(DecoderMemory memory, FeedForward.Weights weights) {
        return new DecoderFeedForward(
                weights.spec().activation(),
                DecoderLinear.of(memory, weights.input()),
                DecoderLinear.of(memory, weights.output()));
    }

    /** Returns the width between the two projections. */
    int intermediateSize() {
        return output.weight().columns();
    }

    /** Returns the width of the input projection's output. */
    int projectedSize() {
        return activation.projections() * intermediateSize();
    }

    /** Returns the size of the packed matrices in bytes. */
    long bytes() {
        return input.weight().bytes() + output.weight().bytes();
    }

    /** Computes {@code y += f(x)}. */
    void addTo(MemorySegment x, MemorySegment y, Room room) {
        hidden(x, room);
        output.addTo(room.active, y);
    }

    /** Computes {@code y = f(x)}. */
    void apply(MemorySegment x, MemorySegment y, Room room) {
        hidden(x, room);
        output.apply(room.active, y);
    }

    private void hidden(MemorySegment x, Room room) {
        input.apply(x, room.projected);
        switch (activation) {
            case GELU -> DecodeKernels.gelu(room.projected, room.active, intermediateSize());
            case SWIGLU -> DecodeKernels.swiGlu(room.projected, room.active, intermediateSize());
        }
    }

    /** Float32 buffers for the output of the input projection, before and after the activation. */
    record Room(MemorySegment projected, MemorySegment active) {}
}
