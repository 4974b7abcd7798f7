package dev.mojave.generate;

import dev.mojave.model.ModelSpec;
import dev.mojave.nn.KvCache;
import dev.mojave.nn.QkNorm;
import dev.mojave.nn.Rotary;
import dev.mojave.tensor.kernels.DecodeKernels;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

// Shapes: H heads, K key-value heads, C head size.
/** The attention of one layer for one token: {@code nn.Attention} without tensors. */
final class DecoderAttention {
    private final int heads;
    private final int keyValueHeads;
    private final int size;
    private final int layer;
    private final QkNorm qkNorm;
    private final double eps;
    private final DecoderLinear qkv;
    private final DecoderLinear output;
    private final Optional<MemorySegment> queryNorm;
    private final Optional<MemorySegment> keyNorm;
    private final Optional<Rotary> rotary;
    private final Room room;

    /** Buffers that all layers share: queries, keys and values side by side; what heads mixed; scores (H, capacity). */
    record Room(MemorySegment qkv, MemorySegment mixed, MemorySegment scores) {
        static Room of(ModelSpec spec, DecoderMemory memory) {
            int all = (spec.numAttentionHeads() + 2 * spec.numKeyValueHeads()) * spec.headSize();
            return new Room(
                    memory.buffer(all),
                    memory.buffer(spec.numAttentionHeads() * spec.headSize()),
                    memory.buffer(spec.numAttentionHeads() * spec.maxPositionEmbeddings()));
        }
    }

    DecoderAttention(ModelSpec spec, int layer, DecoderMemory memory, Optional<Rotary> rotary, Room room) {
        String name = "layers." + layer + ".attention.";
        this.heads = spec.numAttentionHeads();
        this.keyValueHeads = spec.numKeyValueHeads();
        this.size = spec.headSize();
        this.layer = layer;
        this.qkNorm = spec.qkNorm();
        this.eps = spec.normEps();
        this.qkv = DecoderLinear.of(memory, name + "qkv");
        this.output = DecoderLinear.of(memory, name + "output");
        this.queryNorm = memory.optional(name + "q_norm.weight");
        this.keyNorm = memory.optional(name + "k_norm.weight");
        this.rotary = rotary;
        this.room = room;
    }

    /** Adds the attention of a normalised token to the residual stream and its key and value to the cache, behind {@code position} others. */
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
        DecodeKernels.attend(
                room.qkv,
                keyMemory,
                valueMemory,
                heads,
                keyValueHeads,
                size,
                position + 1,
                cache.capacity(),
                room.scores,
                room.mixed);
        output.addTo(room.mixed, residual);
    }

    /** Returns the bytes of its matrices. */
    long bytes() {
        return qkv.weight().bytes() + output.weight().bytes();
    }

    private void norm(MemorySegment weight, int from, int count) {
        switch (qkNorm) {
            case NONE -> throw new IllegalStateException("a norm of queries or keys that the model says it has not");
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
