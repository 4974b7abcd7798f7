package dev.mojave.tensor.kernels.support;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Float32 tensors cut into chunks of {@link Fused#GRAIN} elements, so that one loop covers tensors of any size. */
public final class Chunks {
    private final int[] tensors;
    private final long[] starts;
    private final long[] ends;

    private Chunks(int count) {
        tensors = new int[count];
        starts = new long[count];
        ends = new long[count];
    }

    /** Cuts float32 tensors in memory. */
    public static Chunks of(List<MemorySegment> segments) {
        int count = 0;
        for (MemorySegment segment : segments) {
            count += Math.toIntExact((elements(segment) + Fused.GRAIN - 1) / Fused.GRAIN);
        }
        Chunks chunks = new Chunks(count);
        int next = 0;
        for (int t = 0; t < segments.size(); t++) {
            long size = elements(segments.get(t));
            for (long from = 0; from < size; from += Fused.GRAIN) {
                chunks.tensors[next] = t;
                chunks.starts[next] = from;
                chunks.ends[next] = Math.min(size, from + Fused.GRAIN);
                next++;
            }
        }
        return chunks;
    }

    /** Returns the number of chunks. */
    public int count() {
        return tensors.length;
    }

    /** Returns the index of a chunk's tensor. */
    public int tensor(int chunk) {
        return tensors[chunk];
    }

    /** Returns the first element of a chunk. */
    public long from(int chunk) {
        return starts[chunk];
    }

    /** Returns the end of a chunk, exclusive. */
    public long to(int chunk) {
        return ends[chunk];
    }

    private static long elements(MemorySegment segment) {
        return segment.byteSize() / Float.BYTES;
    }
}
