package dev.mojave.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Memory that an operation needs for a while, used again and again: after its first step, training asks the system for no more. Blocks of
 * an allocator that lie between tensors of other sizes do not grow together again; measured, a step's heap came to twice what it held.
 *
 * <p>Free blocks are shared by all of a process. One is used where it is at most a {@value #WASTE}th too large; where there is none, free
 * blocks go back to the system until they are no more than those in use, and a new one is made.
 */
public final class Buffers implements AutoCloseable {
    private static final int WASTE = 8;
    private static final TreeMap<Long, List<Tensor>> FREE = new TreeMap<>();
    private static long freeElements;
    private static long usedElements;

    private final List<Tensor> blocks = new ArrayList<>();

    /** Takes nothing yet; the caller closes it. */
    public Buffers() {}

    /** Gives everything back when the innermost open scope of this thread closes, if not before. */
    public void closeWithScope() {
        Scope.atEnd(this::close);
    }

    /** Returns memory for so many float32, of any content, aligned like a tensor's; any thread may use it until this is closed. */
    public MemorySegment floats(long elements) {
        Tensor block = take(Math.max(1, elements));
        blocks.add(block);
        return block.segment();
    }

    /** The same by size. */
    public MemorySegment bytes(long bytes) {
        return floats((bytes + Float.BYTES - 1) / Float.BYTES);
    }

    /** Gives everything back; this may then be used again. */
    @Override
    public void close() {
        blocks.forEach(Buffers::give);
        blocks.clear();
    }

    /** Frees what no operation uses. */
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

    /** The largest go first: fewest calls. */
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
