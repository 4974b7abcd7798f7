package dev.mojave.tensor.kernels.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Shared parts of the vector kernels: float32 vectors of the machine's width, memory access by element, exponentials. */
public final class VectorMath {
    /** The float32 vectors of the machine's width. */
    public static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    /** The number of elements of such a vector. */
    public static final int LANES = FLOATS.length();

    private static final VectorShuffle<Float> BY_8 = VectorShuffle.iota(FLOATS, 8, 1, true);
    private static final VectorShuffle<Float> BY_4 = VectorShuffle.iota(FLOATS, 4, 1, true);
    private static final VectorShuffle<Float> BY_2 = VectorShuffle.iota(FLOATS, 2, 1, true);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    // Bounds within which e^x is a normal float32.
    private static final float EXP_LOW = -87.33654f;
    private static final float EXP_HIGH = 88.37626f;
    private static final float LOG2_E = 1.442695f;
    // ln 2 = HIGH + LOW; HIGH has few bits, so that n * HIGH is exact.
    private static final float LN2_HIGH = 355f / 512f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** 1.5 * 2^23: adding it leaves the rounded integer in the low bits of the float. */
    private static final float ROUNDER = 12582912f;

    private static final int EXPONENT_SHIFT = 23;
    // Minimax for (e^r - 1 - r) / r^2 on |r| <= ln(2)/2, weighted for relative error of e^r: 3e-9.
    private static final float C2 = 0.49999994f;
    private static final float C3 = 0.16666521f;
    private static final float C4 = 0.04166839f;
    private static final float C5 = 0.00836871f;
    private static final float C6 = 0.0013814613f;

    private VectorMath() {}

    static FloatVector load(MemorySegment memory, long element) {
        return FloatVector.fromMemorySegment(FLOATS, memory, element * Float.BYTES, ORDER);
    }

    static FloatVector load(MemorySegment memory, long element, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, memory, element * Float.BYTES, ORDER, mask);
    }

    static void store(FloatVector values, MemorySegment memory, long element) {
        values.intoMemorySegment(memory, element * Float.BYTES, ORDER);
    }

    static void store(FloatVector values, MemorySegment memory, long element, VectorMask<Float> mask) {
        values.intoMemorySegment(memory, element * Float.BYTES, ORDER, mask);
    }

    /** Returns the number of elements rounded down to whole vectors. */
    static int whole(int elements) {
        return elements - elements % LANES;
    }

    /** Returns the number of elements rounded up to whole vectors. */
    public static int padded(int elements) {
        return whole(elements + LANES - 1);
    }

    /** Adds one range to another. */
    public static void add(MemorySegment from, long at, MemorySegment to, long toAt, int elements) {
        int i = 0;
        for (; i < whole(elements); i += LANES) {
            store(load(to, toAt + i).add(load(from, at + i)), to, toAt + i);
        }
        if (i < elements) {
            VectorMask<Float> mask = tail(i, elements);
            store(load(to, toAt + i, mask).add(load(from, at + i, mask)), to, toAt + i, mask);
        }
    }

    /** Adds a multiple of one range to another. */
    public static void addMultiple(
            MemorySegment from, long at, float factor, MemorySegment to, long toAt, int elements) {
        FloatVector factors = FloatVector.broadcast(FLOATS, factor);
        int i = 0;
        for (; i < whole(elements); i += LANES) {
            store(load(from, at + i).fma(factors, load(to, toAt + i)), to, toAt + i);
        }
        if (i < elements) {
            VectorMask<Float> mask = tail(i, elements);
            store(load(from, at + i, mask).fma(factors, load(to, toAt + i, mask)), to, toAt + i, mask);
        }
    }

    /** Multiplies a range by a factor. */
    public static void multiply(MemorySegment values, long at, int elements, float factor) {
        int i = 0;
        for (; i < whole(elements); i += LANES) {
            store(load(values, at + i).mul(factor), values, at + i);
        }
        if (i < elements) {
            VectorMask<Float> mask = tail(i, elements);
            store(load(values, at + i, mask).mul(factor), values, at + i, mask);
        }
    }

    /** Returns the inner product of two ranges. */
    public static float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int elements) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i < whole(elements); i += LANES) {
            sum = load(a, aAt + i).fma(load(b, bAt + i), sum);
        }
        if (i < elements) {
            VectorMask<Float> mask = tail(i, elements);
            sum = load(a, aAt + i, mask).fma(load(b, bAt + i, mask), sum);
        }
        return sum(sum);
    }

    /** Returns the lanes of {@code [element, end)}; for tails. */
    static VectorMask<Float> tail(long element, long end) {
        return FLOATS.indexInRange(element, end);
    }

    /**
     * Returns e^x to 2 units in the last place: x = n ln 2 + r, a polynomial for e^r, and n added to its exponent bits. Arguments below
     * {@value #EXP_LOW} give the smallest normal number and above {@value #EXP_HIGH} about 2.4e38; NaN stays NaN.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector low = x.blend(EXP_LOW, x.lt(EXP_LOW));
        FloatVector in = low.blend(EXP_HIGH, low.compare(VectorOperators.GT, EXP_HIGH));
        FloatVector shifted = in.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUNDER));
        FloatVector n = shifted.sub(ROUNDER);
        FloatVector r =
                n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), in));
        FloatVector q = FloatVector.broadcast(FLOATS, C6)
                .fma(r, FloatVector.broadcast(FLOATS, C5))
                .fma(r, FloatVector.broadcast(FLOATS, C4))
                .fma(r, FloatVector.broadcast(FLOATS, C3))
                .fma(r, FloatVector.broadcast(FLOATS, C2));
        FloatVector p = q.mul(r).fma(r, r).add(1f);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, EXPONENT_SHIFT);
        return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    }

    /** Returns 1 / (1 + e^-x). */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(FLOATS, 1f).div(exp(x.neg()).add(1f));
    }

    /**
     * Returns the sum of all lanes, adding upper halves to lower ones. {@code reduceLanes(ADD)} may add in any order, and does so
     * differently before and after the JIT has compiled it, so that runs would not be repeatable bit for bit.
     */
    static float sum(FloatVector x) {
        FloatVector y = x;
        if (LANES > 8) {
            y = y.add(y.rearrange(BY_8));
        }
        if (LANES > 4) {
            y = y.add(y.rearrange(BY_4));
        }
        if (LANES > 2) {
            y = y.add(y.rearrange(BY_2));
        }
        return LANES > 1 ? y.lane(0) + y.lane(1) : y.lane(0);
    }

    /** Returns the sum of all float64 lanes in the same way. */
    static double sum(DoubleVector x) {
        double sum = 0;
        for (double lane : x.toArray()) {
            sum += lane;
        }
        return sum;
    }
}
