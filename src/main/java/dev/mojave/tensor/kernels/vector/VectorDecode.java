package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.exp;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.sum;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The operations on one token other than matrix products; every position is an element index. */
public final class VectorDecode {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private VectorDecode() {}

    /** y += x on {@code [from, to)}. */
    public static void add(MemorySegment y, MemorySegment x, int from, int to) {
        axpy(1, x, from, y, from, to - from);
    }

    /** y += factor * x. */
    public static void axpy(float factor, MemorySegment x, long fromX, MemorySegment y, long fromY, int size) {
        FloatVector f = FloatVector.broadcast(FLOATS, factor);
        int i = 0;
        for (; i + LANES <= size; i += LANES) {
            store(load(x, fromX + i).fma(f, load(y, fromY + i)), y, fromY + i);
        }
        if (i < size) {
            VectorMask<Float> mask = tail(i, size);
            store(load(x, fromX + i, mask).fma(f, load(y, fromY + i, mask)), y, fromY + i, mask);
        }
    }

    /** y = x / sqrt(mean(x^2) + eps) * w. */
    public static void rmsNorm(MemorySegment x, MemorySegment w, MemorySegment y, long from, int size, double eps) {
        float scale = (float) (1 / Math.sqrt(VectorMatrix.dot(x, from, x, from, size) / (double) size + eps));
        affine(x, 0, scale, w, y, from, size);
    }

    /** y = (x - mean) / sqrt(var + eps) * w. */
    public static void layerNorm(MemorySegment x, MemorySegment w, MemorySegment y, int size, double eps) {
        FloatVector total = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i + LANES <= size; i += LANES) {
            total = total.add(load(x, i));
        }
        if (i < size) {
            total = total.add(load(x, i, tail(i, size)));
        }
        float mean = (float) (sum(total) / (double) size);
        FloatVector squares = FloatVector.zero(FLOATS);
        i = 0;
        for (; i + LANES <= size; i += LANES) {
            FloatVector d = load(x, i).sub(mean);
            squares = d.fma(d, squares);
        }
        if (i < size) {
            VectorMask<Float> mask = tail(i, size);
            FloatVector d = load(x, i, mask).sub(mean);
            squares = squares.add(d.mul(d), mask);
        }
        affine(x, mean, (float) (1 / Math.sqrt(sum(squares) / (double) size + eps)), w, y, 0, size);
    }

    private static void affine(
            MemorySegment x, float mean, float scale, MemorySegment w, MemorySegment y, long from, int size) {
        int i = 0;
        for (; i + LANES <= size; i += LANES) {
            store(load(x, from + i).sub(mean).mul(scale).mul(load(w, i)), y, from + i);
        }
        if (i < size) {
            VectorMask<Float> mask = tail(i, size);
            store(load(x, from + i, mask).sub(mean).mul(scale).mul(load(w, i, mask)), y, from + i, mask);
        }
    }

    /** Rotates one head in place; see {@code nn.Rotary}. */
    public static void rotate(MemorySegment x, long from, int half, MemorySegment cos, MemorySegment sin, long angles) {
        int i = 0;
        for (; i + LANES <= half; i += LANES) {
            FloatVector a = load(x, from + i);
            FloatVector b = load(x, from + half + i);
            FloatVector c = load(cos, angles + i);
            FloatVector s = load(sin, angles + i);
            store(a.mul(c).sub(b.mul(s)), x, from + i);
            store(b.mul(c).add(a.mul(s)), x, from + half + i);
        }
        if (i < half) {
            VectorMask<Float> mask = tail(i, half);
            FloatVector a = load(x, from + i, mask);
            FloatVector b = load(x, from + half + i, mask);
            FloatVector c = load(cos, angles + i, mask);
            FloatVector s = load(sin, angles + i, mask);
            store(a.mul(c).sub(b.mul(s)), x, from + i, mask);
            store(b.mul(c).add(a.mul(s)), x, from + half + i, mask);
        }
    }

    /**
     * One query against T keys and values, each of C elements in a row: {@code softmax(q k^T / sqrt(C)) v}.
     *
     * @param scores scratch memory for T values, starting at {@code fromScores}
     */
    public static void attend(
            MemorySegment q,
            long fromQ,
            MemorySegment keys,
            MemorySegment values,
            long fromKeys,
            int tokens,
            int size,
            MemorySegment scores,
            long fromScores,
            MemorySegment y) {
        float scale = (float) (1 / Math.sqrt(size));
        float max = Float.NEGATIVE_INFINITY;
        for (int t = 0; t < tokens; t++) {
            float score = VectorMatrix.dot(q, fromQ, keys, fromKeys + (long) t * size, size) * scale;
            max = Math.max(max, score);
            scores.set(FLOAT, (fromScores + t) * Float.BYTES, score);
        }
        float total = exponentials(scores, fromScores, tokens, max);
        int i = 0;
        for (; i + LANES <= size; i += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int t = 0; t < tokens; t++) {
                float weight = scores.get(FLOAT, (fromScores + t) * Float.BYTES);
                sum = load(values, fromKeys + (long) t * size + i).fma(FloatVector.broadcast(FLOATS, weight), sum);
            }
            store(sum.div(total), y, fromQ + i);
        }
        if (i < size) {
            VectorMask<Float> mask = tail(i, size);
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int t = 0; t < tokens; t++) {
                float weight = scores.get(FLOAT, (fromScores + t) * Float.BYTES);
                sum = load(values, fromKeys + (long) t * size + i, mask)
                        .fma(FloatVector.broadcast(FLOATS, weight), sum);
            }
            store(sum.div(total), y, fromQ + i, mask);
        }
    }

    /** Replaces scores with {@code e^(score - max)} and returns their sum. */
    private static float exponentials(MemorySegment scores, long from, int size, float max) {
        FloatVector total = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i + LANES <= size; i += LANES) {
            FloatVector e = exp(load(scores, from + i).sub(max));
            total = total.add(e);
            store(e, scores, from + i);
        }
        if (i < size) {
            VectorMask<Float> mask = tail(i, size);
            FloatVector e = exp(load(scores, from + i, mask).sub(max));
            total = total.add(e, mask);
            store(e, scores, from + i, mask);
        }
        return sum(total);
    }
}
