package dev.mojave.tensor.kernels.support;

import dev.mojave.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory of a thread for what a task computes on the way, kept from task to task: a training step allocates nothing here after
 * its first. Aligned like libtorch's, because a BLAS library may add in another order elsewhere.
 */
public final class Scratch {
    private static final long ALIGNMENT = 64;
    /** Slot of a factor that is narrowed for one product while its values are still needed; lower numbers are the kernels' own. */
    public static final int FACTORS = 4;

    /** Slot of weights that are narrowed for one product. */
    static final int WEIGHTS = 5;

    /** Slots of what the tasks of a group share, which may run on the same thread and use those before. */
    public static final int MIXED_OF_GROUP = 6;

    /** Another slot of what the tasks of a group share. */
    public static final int PROJECTED_OF_GROUP = 7;

    private static final int SLOTS = 8;
    private static final ThreadLocal<MemorySegment[]> BUFFERS = ThreadLocal.withInitial(() -> {
        MemorySegment[] buffers = new MemorySegment[SLOTS];
        java.util.Arrays.fill(buffers, MemorySegment.NULL);
        return buffers;
    });

    private Scratch() {}

    /** Returns a float32 matrix of whatever was in the memory of this thread's slot; the next call for the slot overwrites it. */
    public static Matrix matrix(int slot, long rows, int columns) {
        return matrix(slot, DType.FLOAT32, rows, columns);
    }

    /** The same of another type. */
    static Matrix matrix(int slot, DType type, long rows, int columns) {
        MemorySegment[] buffers = BUFFERS.get();
        long bytes = rows * columns * type.bytes();
        if (buffers[slot].byteSize() < bytes) {
            buffers[slot] = Arena.ofAuto().allocate(bytes, ALIGNMENT);
        }
        return new Matrix(buffers[slot], 0, columns, type);
    }
}
