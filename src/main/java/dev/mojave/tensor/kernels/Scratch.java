package dev.mojave.tensor.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of a thread for what a task computes on the way, kept from task to task: a training step allocates nothing here after
 * its first. Aligned like libtorch's, because a BLAS library may add in another order elsewhere.
 */
final class Scratch {
    private static final long ALIGNMENT = 64;
    private static final int SLOTS = 4;
    private static final ThreadLocal<MemorySegment[]> BUFFERS = ThreadLocal.withInitial(() -> {
        MemorySegment[] buffers = new MemorySegment[SLOTS];
        java.util.Arrays.fill(buffers, MemorySegment.NULL);
        return buffers;
    });

    private Scratch() {}

    /** Returns a matrix of whatever was in the memory of this thread's slot; the next call for the slot overwrites it. */
    static Matrix matrix(int slot, long rows, int columns) {
        MemorySegment[] buffers = BUFFERS.get();
        long bytes = rows * columns * Float.BYTES;
        if (buffers[slot].byteSize() < bytes) {
            buffers[slot] = Arena.ofAuto().allocate(bytes, ALIGNMENT);
        }
        return new Matrix(buffers[slot], 0, columns);
    }
}
