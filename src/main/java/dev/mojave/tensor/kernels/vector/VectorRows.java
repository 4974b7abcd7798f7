package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.exp;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.VectorMask;

/** Softmax of rows that may be shorter than a vector. */
public final class VectorRows {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private VectorRows() {}

    /** Computes the softmax of each row of the elements {@code [from, to)}. */
    public static void softmax(MemorySegment z, MemorySegment p, long from, long to, int width) {
        for (long row = from; row < to; row += width) {
            float max = Float.NEGATIVE_INFINITY;
            for (long i = row; i < row + width; i++) {
                max = Math.max(max, value(z, i));
            }
            for (long i = row; i < row + width; i++) {
                set(p, i, value(z, i) - max);
            }
        }
        exponentials(p, from, to);
        for (long row = from; row < to; row += width) {
            float sum = 0;
            for (long i = row; i < row + width; i++) {
                sum += value(p, i);
            }
            float scale = 1 / sum;
            for (long i = row; i < row + width; i++) {
                set(p, i, value(p, i) * scale);
            }
        }
    }

    private static void exponentials(MemorySegment p, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            store(exp(load(p, i)), p, i);
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            store(exp(load(p, i, mask)), p, i, mask);
        }
    }

    /** Computes {@code dz = p (dp - sum dp p)} for the row that starts at an element. */
    public static void softmaxBackward(MemorySegment p, MemorySegment dp, MemorySegment dz, long row, int width) {
        float sum = 0;
        for (long i = row; i < row + width; i++) {
            sum = Math.fma(value(p, i), value(dp, i), sum);
        }
        for (long i = row; i < row + width; i++) {
            set(dz, i, value(p, i) * (value(dp, i) - sum));
        }
    }

    /** Returns a float32 element. */
    public static float value(MemorySegment memory, long element) {
        return memory.get(FLOAT, element * Float.BYTES);
    }

    /** Sets a float32 element. */
    public static void set(MemorySegment memory, long element, float value) {
        memory.set(FLOAT, element * Float.BYTES, value);
    }
}
