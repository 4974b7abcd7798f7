package dev.mojave.tensor.kernels;

import static dev.mojave.tensor.kernels.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.VectorMath.LANES;
import static dev.mojave.tensor.kernels.VectorMath.load;
import static dev.mojave.tensor.kernels.VectorMath.store;
import static dev.mojave.tensor.kernels.VectorMath.sum;
import static dev.mojave.tensor.kernels.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** One row of LayerNorm or RMSNorm: with {@code h = (x - mean) / deviation}, where RMSNorm's mean is 0, {@code y = h w + b}. */
final class VectorNorm {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private VectorNorm() {}

    /** Normalises the row that begins at element {@code from} and keeps its mean and 1 / deviation. */
    static void forward(Normalisation.Rows norm, MemorySegment x, long from, MemorySegment y, long to, Kept kept) {
        int width = norm.width();
        float mean = norm.centred() ? mean(x, from, width) : 0;
        float inverse = (float) (1 / Math.sqrt(squares(x, from, width, mean) / width + norm.eps()));
        kept.set(mean, inverse);
        for (int i = 0; i < width; i += LANES) {
            FloatVector h = load(x, from + i, from + width).sub(mean).mul(inverse);
            store(scaled(norm, h, i), y, to + i, to + width);
        }
    }

    /** Makes y again, and adds to the sums of dw = dy h and, behind them, db = dy. */
    static void sums(
            Normalisation.Rows norm, Matrix x, Matrix dy, Matrix y, int row, Kept kept, MemorySegment sums, long at) {
        int width = norm.width();
        long xAt = x.row(row);
        long dyAt = dy.row(row);
        long yAt = y.row(row);
        float mean = kept.mean();
        float inverse = kept.inverse();
        long biasAt = at + width;
        for (int i = 0; i < width; i += LANES) {
            FloatVector h = load(x.memory(), xAt + i, xAt + width).sub(mean).mul(inverse);
            FloatVector d = load(dy.memory(), dyAt + i, dyAt + width);
            store(scaled(norm, h, i), y.memory(), yAt + i, yAt + width);
            store(d.fma(h, load(sums, at + i, at + width)), sums, at + i, at + width);
            if (norm.bias().isPresent()) {
                store(load(sums, biasAt + i, biasAt + width).add(d), sums, biasAt + i, biasAt + width);
            }
        }
    }

    /** {@code dx += (g - mean(g) - h mean(g h)) / deviation} with {@code g = dy w}; RMSNorm leaves out mean(g). */
    static void backward(Normalisation.Rows norm, Matrix x, Matrix dy, Matrix dx, int row, Kept kept) {
        int width = norm.width();
        long xAt = x.row(row);
        long dyAt = dy.row(row);
        long dxAt = dx.row(row);
        float mean = kept.mean();
        float inverse = kept.inverse();
        FloatVector sumG = FloatVector.zero(FLOATS);
        FloatVector sumGh = FloatVector.zero(FLOATS);
        for (int i = 0; i < width; i += LANES) {
            FloatVector h = load(x.memory(), xAt + i, xAt + width).sub(mean).mul(inverse);
            FloatVector g = load(dy.memory(), dyAt + i, dyAt + width).mul(load(norm.weight(), i, width));
            sumG = sumG.add(g);
            sumGh = g.fma(h, sumGh);
        }
        float meanG = norm.centred() ? sum(sumG) / width : 0;
        float meanGh = sum(sumGh) / width;
        for (int i = 0; i < width; i += LANES) {
            FloatVector h = load(x.memory(), xAt + i, xAt + width).sub(mean).mul(inverse);
            FloatVector g = load(dy.memory(), dyAt + i, dyAt + width).mul(load(norm.weight(), i, width));
            FloatVector own = g.sub(meanG).sub(h.mul(meanGh)).mul(inverse);
            store(load(dx.memory(), dxAt + i, dxAt + width).add(own), dx.memory(), dxAt + i, dxAt + width);
        }
    }

    /**
     * The mean and 1 / deviation of a row, kept from forward to backward.
     *
     * @param memory two floats a row
     * @param row which row
     */
    record Kept(MemorySegment memory, long row) {
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

    private static FloatVector scaled(Normalisation.Rows norm, FloatVector h, int i) {
        int width = norm.width();
        FloatVector y = h.mul(load(norm.weight(), i, width));
        return norm.bias().isPresent() ? y.add(load(norm.bias().get(), i, width)) : y;
    }

    private static float mean(MemorySegment x, long from, int width) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < width; i += LANES) {
            sum = sum.add(load(x, from + i, from + width));
        }
        return sum(sum) / width;
    }

    private static float squares(MemorySegment x, long from, int width, float mean) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            FloatVector d = load(x, from + i).sub(mean);
            sum = d.fma(d, sum);
        }
        if (i < width) {
            FloatVector d = load(x, from + i, from + width).sub(mean);
            sum = sum.add(d.mul(d), tail(i, width));
        }
        return sum(sum);
    }
}
