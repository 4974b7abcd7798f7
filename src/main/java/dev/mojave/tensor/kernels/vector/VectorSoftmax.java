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
import jdk.incubator.vector.VectorOperators;

/** Cross-entropy of one row of logits. */
public final class VectorSoftmax {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private VectorSoftmax() {}

    /** Returns {@code log(sum e^x) - x[target]} of the row {@code [from, to)}, in nats. */
    public static double loss(MemorySegment x, long from, long to, long target) {
        float max = max(x, from, to);
        FloatVector sum = FloatVector.zero(FLOATS);
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            sum = sum.add(exp(load(x, i).sub(max)));
        }
        float total = sum(sum) + (i < to ? expTail(x, i, to, max) : 0);
        return Math.log(total) + max - value(x, from + target);
    }

    /** Returns the same loss and writes {@code scale * (softmax(x) - onehot(target))} to dx, which may be x itself. */
    public static double lossAndGradient(
            MemorySegment x, MemorySegment dx, long from, long to, long target, float scale) {
        float max = max(x, from, to);
        float targetLogit = value(x, from + target);
        FloatVector sum = FloatVector.zero(FLOATS);
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector e = exp(load(x, i).sub(max));
            sum = sum.add(e);
            store(e, dx, i);
        }
        float total = sum(sum) + (i < to ? expTail(x, dx, i, to, max) : 0);
        multiply(dx, from, to, scale / total);
        long at = (from + target) * Float.BYTES;
        dx.set(FLOAT, at, dx.get(FLOAT, at) - scale);
        return Math.log(total) + max - targetLogit;
    }

    private static float expTail(MemorySegment x, long i, long to, float max) {
        VectorMask<Float> mask = tail(i, to);
        return sum(FloatVector.zero(FLOATS).add(exp(load(x, i, mask).sub(max)), mask));
    }

    /** The end of a row, in a method of its own because the JIT compiler stops inlining in methods that are too large. */
    private static float expTail(MemorySegment x, MemorySegment dx, long i, long to, float max) {
        VectorMask<Float> mask = tail(i, to);
        FloatVector e = exp(load(x, i, mask).sub(max));
        store(e, dx, i, mask);
        return sum(FloatVector.zero(FLOATS).add(e, mask));
    }

    private static float max(MemorySegment x, long from, long to) {
        FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            max = max.max(load(x, i));
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            max = max.lanewise(VectorOperators.MAX, load(x, i, mask), mask);
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    private static void multiply(MemorySegment values, long from, long to, float factor) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            store(load(values, i).mul(factor), values, i);
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            store(load(values, i, mask).mul(factor), values, i, mask);
        }
    }

    private static float value(MemorySegment x, long element) {
        return x.get(FLOAT, element * Float.BYTES);
    }
}
