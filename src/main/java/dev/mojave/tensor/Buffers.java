package dev.mojave.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Scratch memory of operations, reused from step to step: after the first step, training asks the system for no more. A general allocator
 * fragments when such blocks lie between tensors of other sizes; measured, the heap of a step grew to twice its contents.
 *
 * <p>All threads of a process share the free blocks. A free block is reused if it is at most 1/{@value #WASTE} larger than requested.
 * Otherwise free blocks are returned to the system until they amount to no more than those in use, and a new block is allocated.
 */
public final class Buffers implements AutoCloseable {
    private static final int WASTE = 8;
    private static final TreeMap<Long, List<Tensor>> FREE = new TreeMap<>();
    private static long freeElements;
    private static long usedElements;

    private final List<Tensor> blocks = new ArrayList<>();

    /** Creates an empty set of buffers; the caller closes it. */
    public Buffers() {}

    /** Creates buffers that are released when the innermost open scope of this thread closes, if not before. */
    public void closeWithScope() {
        Scope.atEnd(this::close);
    }

    /**
     * Returns uninitialised memory for this many float32 values, aligned like a tensor's; any thread may use it until these buffers are
     * closed.
     */
    public MemorySegment floats(long elements) {
        Tensor block = take(Math.max(1, elements));
        blocks.add(block);
        return block.segment();
    }

    /** Returns uninitialised memory of this many bytes, rounded up to whole float32 values. */
    public MemorySegment bytes(long bytes) {
        return floats((bytes + Float.BYTES - 1) / Float.BYTES);
    }

    /** Releases all memory; the buffers can be used again afterwards. */
    @Override
    public void close() {
        blocks.forEach(Buffers::give);
        blocks.clear();
    }

    /** Frees all blocks that no operation uses. */
    public static synchronized void trim() {
        freeUntil(0);
    }

    private static synchronized Tensor take(long elements) {
        Map.Entry<Long, List<Tensor>> fit = FREE.ceilingEntry(elements);
        Tensor block;
        if (fit != null && fit.getKey() <= elements + elements / WASTE) {
            block = fit.getValue().removeLast();
            forget(fit.getKey(), fit.getValue());
        } else {
            freeUntil(usedElements);
            block = make(elements);
        }
        usedElements += block.elements();
        return block;
    }

    private static Tensor make(long elements) {
        try (Scope _ = Scope.open()) {
            return Tensors.empty(DType.FLOAT32, elements).retain();
        }
    }

    private static synchronized void give(Tensor block) {
        usedElements -= block.elements();
        freeElements += block.elements();
        FREE.computeIfAbsent(block.elements(), _ -> new ArrayList<>()).add(block);
    }

    /** Frees the largest blocks first, which needs the fewest calls. */
    private static void freeUntil(long elements) {
        while (freeElements > elements) {
            Map.Entry<Long, List<Tensor>> largest = FREE.lastEntry();
            largest.getValue().removeLast().close();
            forget(largest.getKey(), largest.getValue());
        }
    }

    private static void forget(long size, List<Tensor> left) {
        freeElements -= size;
        if (left.isEmpty()) {
            FREE.remove(size);
        }
    }
}
