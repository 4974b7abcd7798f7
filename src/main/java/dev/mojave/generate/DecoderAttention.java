package dev.mojave.generate;

import dev.mojave.nn.Attention;
import dev.mojave.nn.AttentionSpec;
import dev.mojave.nn.KvCache;
import dev.mojave.nn.Rotary;
import dev.mojave.tensor.kernels.decode.DecodeKernels;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

// Shapes: H heads, K key-value heads, C head size.
/** The attention of one layer for one token; computes the same as {@code nn.Attention}, on plain memory instead of tensors. */
final class DecoderAttention {
    private final AttentionSpec spec;
    private final int heads;
    private final int keyValueHeads;
    private final int size;
    private final int layer;
    private final DecoderLinear qkv;
    private final DecoderLinear output;
    private final Optional<MemorySegment> queryNorm;
    private final Optional<MemorySegment> keyNorm;
    private final Optional<Rotary> rotary;
    private final Room room;

    /**
     * Float32 buffers that all layers share: queries, keys and values one after another, the concatenated outputs of the heads,
     * and the scores (H, capacity).
     */
    record Room(MemorySegment qkv, MemorySegment mixed, MemorySegment scores) {
        static Room of(List<AttentionSpec.GroupedQuery> layers, int context, DecoderMemory memory) {
            int heads = 0;
            int mixed = 0;
            int all = 0;
            for (AttentionSpec.GroupedQuery layer : layers) {
                heads = Math.max(heads, layer.heads());
                mixed = Math.max(mixed, layer.queryWidth());
                all = Math.max(all, layer.queryWidth() + 2 * layer.keyValueHeads() * layer.headSize());
            }
            return new Room(memory.buffer(all), memory.buffer(mixed), memory.buffer(heads * context));
        }
    }

    /**
     * Packs a layer's matrices.
     *
     * @param layer index of the layer in a cache
     */
    DecoderAttention(Attention.Weights weights, int layer, DecoderMemory memory, Room room) {
        this.spec = weights.spec();
        this.heads = spec.grouped().heads();
        this.keyValueHeads = spec.grouped().keyValueHeads();
        this.size = spec.grouped().headSize();
        this.layer = layer;
        this.qkv = DecoderLinear.of(memory, weights.qkv());
        this.output = DecoderLinear.of(memory, weights.output());
        this.queryNorm = weights.queryNorm().map(norm -> norm.weightD().segment());
        this.keyNorm = weights.keyNorm().map(norm -> norm.weightD().segment());
        this.rotary = weights.rotary();
        this.room = room;
    }

    /**
     * Adds the attention output of a normalised token to the residual stream, and the token's key and value to the cache at
     * {@code position}.
     */
    void addTo(MemorySegment normed, MemorySegment residual, KvCache cache, int position) {
        qkv.apply(normed, room.qkv);
        int keys = heads * size;
        queryNorm.ifPresent(weight -> norm(weight, 0, heads));
        keyNorm.ifPresent(weight -> norm(weight, keys, keyValueHeads));
        rotary.ifPresent(r -> rotate(r, position));
        KvCache.KeysValues buffers = cache.buffers(layer);
        MemorySegment keyMemory = buffers.keys().segment();
        MemorySegment valueMemory = buffers.values().segment();
        store(keys, keyMemory, cache.capacity(), position);
        store(keys + keyValueHeads * size, valueMemory, cache.capacity(), position);
        int first = spec.firstSeen(position);
        long hidden = (long) first * size * Float.BYTES;
        DecodeKernels.attend(
                room.qkv,
                keyMemory.asSlice(hidden),
                valueMemory.asSlice(hidden),
                heads,
                keyValueHeads,
                size,
                position + 1 - first,
                cache.capacity(),
                room.scores,
                room.mixed);
        output.addTo(room.mixed, residual);
    }

    /** Returns the size of the packed matrices in bytes. */
    long bytes() {
        return qkv.weight().bytes() + output.weight().bytes();
    }

    private void norm(MemorySegment weight, int from, int count) {
        double eps = spec.grouped().normEps();
        switch (spec.grouped().qkNorm()) {
            case NONE ->
                throw new IllegalStateException("the model has a query or key norm, but its specification has none");
            case PROJECTION -> DecodeKernels.rmsNorm(room.qkv, weight, room.qkv, from, count * size, eps);
            case HEAD -> {
                for (int head = 0; head < count; head++) {
                    DecodeKernels.rmsNorm(room.qkv, weight, room.qkv, from + head * size, size, eps);
                }
            }
        }
    }

    private void rotate(Rotary rotary, int position) {
        MemorySegment cosines = rotary.cosines().segment();
        MemorySegment sines = rotary.sines().segment();
        int half = size / 2;
        for (int head = 0; head < heads + keyValueHeads; head++) {
            DecodeKernels.rotate(room.qkv, (long) head * size, half, cosines, sines, (long) position * half);
        }
    }

    private void store(int from, MemorySegment memory, int capacity, int position) {
        long bytes = (long) size * Float.BYTES;
        for (int head = 0; head < keyValueHeads; head++) {
            MemorySegment.copy(
                    room.qkv,
                    (from + (long) head * size) * Float.BYTES,
                    memory,
                    ((long) head * capacity + position) * bytes,
                    bytes);
        }
    }
}
