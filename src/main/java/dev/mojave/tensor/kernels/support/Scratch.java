package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Per-thread memory for intermediate values of a task, reused from task to task: only the first training step allocates. It is aligned like
 * libtorch's memory, because a BLAS library may add in another order at other alignments.
 */
public final class Scratch {
    private static final long ALIGNMENT = 64;
    /** Slot for a factor that is rounded for one product while its float32 values are still needed; lower slots belong to the kernels. */
    public static final int FACTORS = 4;

    /** Slot for weights that are rounded for one product. */
    static final int WEIGHTS = 5;

    /** Slot for values that the tasks of a group share; those tasks may run on the same thread and use the slots above. */
    public static final int MIXED_OF_GROUP = 6;

    /** Another slot for values that the tasks of a group share. */
    public static final int PROJECTED_OF_GROUP = 7;

    private static final int SLOTS = 8;
    private static final ThreadLocal<MemorySegment[]> BUFFERS = ThreadLocal.withInitial(() -> {
        MemorySegment[] buffers = new MemorySegment[SLOTS];
        java.util.Arrays.fill(buffers, MemorySegment.NULL);
        return buffers;
    });

    private Scratch() {}

    /** Returns an uninitialised float32 matrix in a slot of this thread; the next call for the slot reuses its memory. */
    public static Matrix matrix(int slot, long rows, int columns) {
        return matrix(slot, DType.FLOAT32, rows, columns);
    }

    /** Returns an uninitialised matrix of another type in a slot of this thread. */
    static Matrix matrix(int slot, DType type, long rows, int columns) {
        MemorySegment[] buffers = BUFFERS.get();
        long bytes = rows * columns * type.bytes();
        if (buffers[slot].byteSize() < bytes) {
            buffers[slot] = Arena.ofAuto().allocate(bytes, ALIGNMENT);
        }
        return new Matrix(buffers[slot], 0, columns, type);
    }
}
