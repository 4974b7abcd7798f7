package dev.mojave.tensor.kernels;

import static dev.mojave.tensor.kernels.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.VectorMath.LANES;
import static dev.mojave.tensor.kernels.VectorMath.load;
import static dev.mojave.tensor.kernels.VectorMath.sigmoid;
import static dev.mojave.tensor.kernels.VectorMath.store;
import static dev.mojave.tensor.kernels.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Activations over ranges of float32 elements. */
final class VectorElementwise {
    /** 2 sqrt(2 / pi): the tanh form of GELU is x sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3). */
    private static final float TWO_U = 1.5957692f;

    private static final float TWO_U_CUBIC = TWO_U * 0.044715f;

    private VectorElementwise() {}

    static void gelu(MemorySegment x, MemorySegment y, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            store(gelu(load(x, i)), y, i);
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            store(gelu(load(x, i, mask)), y, i, mask);
        }
    }

    static void geluBackward(MemorySegment x, MemorySegment dy, MemorySegment dx, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            store(load(dy, i).mul(geluSlope(load(x, i))), dx, i);
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            store(load(dy, i, mask).mul(geluSlope(load(x, i, mask))), dx, i, mask);
        }
    }

    static void swiGlu(MemorySegment gate, MemorySegment up, MemorySegment y, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector g = load(gate, i);
            store(g.mul(sigmoid(g)).mul(load(up, i)), y, i);
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            FloatVector g = load(gate, i, mask);
            store(g.mul(sigmoid(g)).mul(load(up, i, mask)), y, i, mask);
        }
    }

    static void swiGluBackward(
            MemorySegment gate,
            MemorySegment up,
            MemorySegment dy,
            MemorySegment dGate,
            MemorySegment dUp,
            long from,
            long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector g = load(gate, i);
            FloatVector s = sigmoid(g);
            FloatVector d = load(dy, i);
            FloatVector silu = g.mul(s);
            store(d.mul(silu), dUp, i);
            store(d.mul(load(up, i)).mul(siluSlope(s, silu)), dGate, i);
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            FloatVector g = load(gate, i, mask);
            FloatVector s = sigmoid(g);
            FloatVector d = load(dy, i, mask);
            FloatVector silu = g.mul(s);
            store(d.mul(silu), dUp, i, mask);
            store(d.mul(load(up, i, mask)).mul(siluSlope(s, silu)), dGate, i, mask);
        }
    }

    private static FloatVector gelu(FloatVector x) {
        return x.mul(sigmoid(twoU(x)));
    }

    /** d(x s)/dx = s + x s (1 - s) d(2u)/dx. */
    private static FloatVector geluSlope(FloatVector x) {
        FloatVector s = sigmoid(twoU(x));
        FloatVector slope =
                x.mul(x).fma(FloatVector.broadcast(FLOATS, 3 * TWO_U_CUBIC), FloatVector.broadcast(FLOATS, TWO_U));
        FloatVector rest = FloatVector.broadcast(FLOATS, 1f).sub(s);
        return x.mul(s).mul(rest).fma(slope, s);
    }

    private static FloatVector twoU(FloatVector x) {
        return x.mul(x)
                .fma(FloatVector.broadcast(FLOATS, TWO_U_CUBIC), FloatVector.broadcast(FLOATS, TWO_U))
                .mul(x);
    }

    /** d(g s)/dg = s + g s (1 - s). */
    private static FloatVector siluSlope(FloatVector s, FloatVector silu) {
        return FloatVector.broadcast(FLOATS, 1f).sub(s).fma(silu, s);
    }
}
