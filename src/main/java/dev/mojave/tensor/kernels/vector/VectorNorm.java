package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.add;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.sum;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;
import static dev.mojave.tensor.kernels.vector.VectorMath.whole;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** One row of LayerNorm or RMSNorm: {@code y = h w + b} with {@code h = (x - mean) / deviation}; for RMSNorm the mean is taken as 0. */
public final class VectorNorm {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private VectorNorm() {}

    /** Normalises one row and keeps its mean and 1 / deviation. */
    public static void forward(Weights norm, MemorySegment x, long from, MemorySegment y, long to, Kept kept) {
        int width = norm.width();
        float mean = norm.centred() ? mean(x, from, width) : 0;
        float inverse = (float) (1 / Math.sqrt(squares(x, from, width, mean) / width + norm.eps()));
        kept.set(mean, inverse);
        scale(norm, x, from, y, to, mean, inverse);
        addBias(norm, y, to);
    }

    private static void scale(
            Weights norm, MemorySegment x, long from, MemorySegment y, long to, float mean, float inverse) {
        int width = norm.width();
        int i = 0;
        for (; i < whole(width); i += LANES) {
            FloatVector h = load(x, from + i).sub(mean).mul(inverse);
            store(h.mul(load(norm.weight(), i)), y, to + i);
        }
        if (i < width) {
            VectorMask<Float> mask = tail(i, width);
            FloatVector h = load(x, from + i, mask).sub(mean).mul(inverse);
            store(h.mul(load(norm.weight(), i, mask)), y, to + i, mask);
        }
    }

    private static void addBias(Weights norm, MemorySegment y, long to) {
        if (norm.bias().isPresent()) {
            add(norm.bias().get(), 0, y, to, norm.width());
        }
    }

    /** Recomputes a row of y, and adds to the sums of dw = dy h, followed by those of db = dy. */
    public static void sums(
            Weights norm,
            MemorySegment x,
            long xAt,
            MemorySegment dy,
            long dyAt,
            MemorySegment y,
            long yAt,
            Kept kept,
            MemorySegment sums,
            long at) {
        int width = norm.width();
        scale(norm, x, xAt, y, yAt, kept.mean(), kept.inverse());
        addBias(norm, y, yAt);
        weightSums(x, xAt, dy, dyAt, width, kept.mean(), kept.inverse(), sums, at);
        if (norm.bias().isPresent()) {
            add(dy, dyAt, sums, at + width, width);
        }
    }

    private static void weightSums(
            MemorySegment x,
            long xAt,
            MemorySegment dy,
            long dyAt,
            int width,
            float mean,
            float inverse,
            MemorySegment sums,
            long at) {
        int i = 0;
        for (; i < whole(width); i += LANES) {
            FloatVector h = load(x, xAt + i).sub(mean).mul(inverse);
            store(load(dy, dyAt + i).fma(h, load(sums, at + i)), sums, at + i);
        }
        if (i < width) {
            VectorMask<Float> mask = tail(i, width);
            FloatVector h = load(x, xAt + i, mask).sub(mean).mul(inverse);
            store(load(dy, dyAt + i, mask).fma(h, load(sums, at + i, mask)), sums, at + i, mask);
        }
    }

    /** {@code dx += (g - mean(g) - h mean(g h)) / deviation} with {@code g = dy w}; RMSNorm leaves out mean(g). */
    public static void backward(
            Weights norm,
            MemorySegment x,
            long xAt,
            MemorySegment dy,
            long dyAt,
            MemorySegment dx,
            long dxAt,
            Kept kept) {
        int width = norm.width();
        float mean = kept.mean();
        float inverse = kept.inverse();
        MemorySegment w = norm.weight();
        float meanG = norm.centred() ? dot(dy, dyAt, w, width) / width : 0;
        float meanGh = innerProduct(dy, dyAt, w, x, xAt, width, mean, inverse) / width;
        int i = 0;
        for (; i < whole(width); i += LANES) {
            FloatVector h = load(x, xAt + i).sub(mean).mul(inverse);
            FloatVector own = load(dy, dyAt + i).mul(load(w, i)).sub(meanG).sub(h.mul(meanGh));
            store(load(dx, dxAt + i).add(own.mul(inverse)), dx, dxAt + i);
        }
        if (i < width) {
            VectorMask<Float> mask = tail(i, width);
            FloatVector h = load(x, xAt + i, mask).sub(mean).mul(inverse);
            FloatVector own =
                    load(dy, dyAt + i, mask).mul(load(w, i, mask)).sub(meanG).sub(h.mul(meanGh));
            store(load(dx, dxAt + i, mask).add(own.mul(inverse)), dx, dxAt + i, mask);
        }
    }

    /** Returns sum dy w. */
    private static float dot(MemorySegment dy, long dyAt, MemorySegment w, int width) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i < whole(width); i += LANES) {
            sum = load(dy, dyAt + i).fma(load(w, i), sum);
        }
        if (i < width) {
            VectorMask<Float> mask = tail(i, width);
            sum = load(dy, dyAt + i, mask).fma(load(w, i, mask), sum);
        }
        return sum(sum);
    }

    /** Returns sum dy w h. */
    private static float innerProduct(
            MemorySegment dy,
            long dyAt,
            MemorySegment w,
            MemorySegment x,
            long xAt,
            int width,
            float mean,
            float inverse) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i < whole(width); i += LANES) {
            FloatVector h = load(x, xAt + i).sub(mean).mul(inverse);
            sum = load(dy, dyAt + i).mul(load(w, i)).fma(h, sum);
        }
        if (i < width) {
            VectorMask<Float> mask = tail(i, width);
            FloatVector h = load(x, xAt + i, mask).sub(mean).mul(inverse);
            sum = load(dy, dyAt + i, mask).mul(load(w, i, mask)).fma(h, sum);
        }
        return sum(sum);
    }

    /**
     * The weights and settings of a norm.
     *
     * @param centred whether the mean is subtracted
     * @param weight (width)
     * @param bias (width); empty without a bias
     * @param eps added under the root
     * @param width elements per row
     */
    public record Weights(boolean centred, MemorySegment weight, Optional<MemorySegment> bias, float eps, int width) {}

    /**
     * The mean and 1 / deviation of a row, kept for the backward pass.
     *
     * @param memory two floats per row
     * @param row index of the row
     */
    public record Kept(MemorySegment memory, long row) {
        float mean() {
            return memory.get(FLOAT, 2 * row * Float.BYTES);
        }

        float inverse() {
            return memory.get(FLOAT, (2 * row + 1) * Float.BYTES);
        }

        void set(float mean, float inverse) {
            memory.set(FLOAT, 2 * row * Float.BYTES, mean);
            memory.set(FLOAT, (2 * row + 1) * Float.BYTES, inverse);
        }
    }

    private static float mean(MemorySegment x, long from, int width) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i < whole(width); i += LANES) {
            sum = sum.add(load(x, from + i));
        }
        if (i < width) {
            sum = sum.add(load(x, from + i, tail(i, width)));
        }
        return sum(sum) / width;
    }

    private static float squares(MemorySegment x, long from, int width, float mean) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i < whole(width); i += LANES) {
            FloatVector d = load(x, from + i).sub(mean);
            sum = d.fma(d, sum);
        }
        if (i < width) {
            VectorMask<Float> mask = tail(i, width);
            FloatVector d = load(x, from + i, mask).sub(mean);
            sum = sum.add(d.mul(d), mask);
        }
        return sum(sum);
    }
}
