package dev.mojave.generate;

import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.tensor.kernels.decode.DecodeKernels;
import java.lang.foreign.MemorySegment;

/** A feed-forward, or one expert, for one token. */
record DecoderFeedForward(Activation activation, DecoderLinear input, DecoderLinear output) {
    /** Packs a layer's matrices. */
    static DecoderFeedForward of(DecoderMemory memory, FeedForward.Weights weights) {
        return new DecoderFeedForward(
                weights.spec().activation(),
                DecoderLinear.of(memory, weights.input()),
                DecoderLinear.of(memory, weights.output()));
    }

    /** Returns the size of what lies between its two projections. */
    int intermediateSize() {
        return output.weight().columns();
    }

    /** Returns the size of what its input projection makes. */
    int projectedSize() {
        return activation.projections() * intermediateSize();
    }

    /** Returns the bytes of its matrices. */
    long bytes() {
        return input.weight().bytes() + output.weight().bytes();
    }

    /** y += f(x). */
    void addTo(MemorySegment x, MemorySegment y, Room room) {
        hidden(x, room);
        output.addTo(room.active, y);
    }

    /** y = f(x). */
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

    /** Buffers: input projections, and what they became. */
    record Room(MemorySegment projected, MemorySegment active) {}
}
