package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.exp;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.padded;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.sum;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;
import static dev.mojave.tensor.kernels.vector.VectorMath.whole;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Rows of the attention softmax, forward and backward, and the rotation of queries and keys. Rows of weights are padded to whole vectors:
 * the last vector is read and written in full, and elements after the visible ones count as 0.
 */
public final class VectorAttention {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    /** Weights below e^-80 are set to 0: they change no sum, and arithmetic with subnormal numbers is slow. */
    private static final float FAINT = -80f;

    private VectorAttention() {}

    /**
     * Replaces a row of scores by weights {@code softmax(scale * s)} over its first {@code seen} elements and zeros up to
     * {@code width}.
     *
     * @return {@code log sum e^(scale * s)}
     */
    public static float softmax(MemorySegment s, long at, int seen, int width, float scale) {
        int filled = padded(seen);
        hide(s, at, seen, filled);
        float max = max(s, at, filled) * scale;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < filled; i += LANES) {
            FloatVector e = weight(load(s, at + i), scale, max);
            sum = sum.add(e);
            store(e, s, at + i);
        }
        float total = sum(sum);
        VectorMath.multiply(s, at, filled, 1 / total);
        zero(s, at + filled, at + padded(width));
        return max + (float) Math.log(total);
    }

    /**
     * Runs the backward pass of a row: scores are replaced by weights, and gradients of weights by gradients of scores, {@code ds = scale *
     * p (dp - sum_j p_j dp_j)}; both are 0 after {@code seen}.
     *
     * @param logSum the result of {@link #softmax}
     * @param inner sum_j p_j dp_j, which equals the inner product of the row's output and its gradient
     */
    public static void backward(
            MemorySegment s, MemorySegment dp, long at, int seen, int width, float scale, float logSum, float inner) {
        int filled = padded(seen);
        hide(s, at, seen, filled);
        for (int i = 0; i < filled; i += LANES) {
            FloatVector p = weight(load(s, at + i), scale, logSum);
            store(p, s, at + i);
            store(load(dp, at + i).sub(inner).mul(p).mul(scale), dp, at + i);
        }
        zero(s, at + filled, at + padded(width));
        zero(dp, at + filled, at + padded(width));
    }

    /** Sets the scores of a row to minus infinity where its mask, one byte per element, is 0. */
    public static void hide(MemorySegment s, long at, MemorySegment mask, long maskAt, int seen) {
        for (int i = 0; i < seen; i++) {
            if (mask.get(ValueLayout.JAVA_BYTE, maskAt + i) == 0) {
                s.set(FLOAT, (at + i) * Float.BYTES, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /**
     * Rotates one head in place: with {@code x = [a, b]} in halves, {@code [a cos - b sin, b cos + a sin]}.
     *
     * @param cosines rows of {@code half} cosines, one of which starts at {@code angle}
     * @param sines sines in the same layout
     * @param direction 1, or -1 to rotate back, as gradients need
     */
    public static void rotate(
            MemorySegment x,
            long at,
            int half,
            MemorySegment cosines,
            MemorySegment sines,
            long angle,
            float direction) {
        int i = 0;
        for (; i < whole(half); i += LANES) {
            FloatVector cos = load(cosines, angle + i);
            FloatVector sin = load(sines, angle + i).mul(direction);
            FloatVector a = load(x, at + i);
            FloatVector b = load(x, at + half + i);
            store(a.mul(cos).sub(b.mul(sin)), x, at + i);
            store(b.mul(cos).add(a.mul(sin)), x, at + half + i);
        }
        if (i < half) {
            rotateTail(x, at, half, cosines, sines, angle, direction, i);
        }
    }

    private static void rotateTail(
            MemorySegment x,
            long at,
            int half,
            MemorySegment cosines,
            MemorySegment sines,
            long angle,
            float direction,
            int i) {
        VectorMask<Float> mask = tail(i, half);
        FloatVector cos = load(cosines, angle + i, mask);
        FloatVector sin = load(sines, angle + i, mask).mul(direction);
        FloatVector a = load(x, at + i, mask);
        FloatVector b = load(x, at + half + i, mask);
        store(a.mul(cos).sub(b.mul(sin)), x, at + i, mask);
        store(b.mul(cos).add(a.mul(sin)), x, at + half + i, mask);
    }

    private static FloatVector weight(FloatVector s, float scale, float shift) {
        FloatVector x = s.mul(scale).sub(shift);
        return exp(x).blend(0f, x.lt(FAINT));
    }

    /** Sets the elements of the last vector after the visible ones to minus infinity. */
    private static void hide(MemorySegment s, long at, int seen, int filled) {
        if (seen < filled) {
            int last = filled - LANES;
            FloatVector x = load(s, at + last);
            store(x.blend(Float.NEGATIVE_INFINITY, tail(last, seen).not()), s, at + last);
        }
    }

    private static float max(MemorySegment s, long at, int filled) {
        FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < filled; i += LANES) {
            max = max.max(load(s, at + i));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    private static void zero(MemorySegment s, long from, long to) {
        for (long i = from; i < to; i += LANES) {
            store(FloatVector.zero(FLOATS), s, i);
        }
    }
}
