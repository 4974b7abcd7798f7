package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.sigmoid;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Activations over ranges of float32 elements. The rest at the end of a range is always handled in a method of its own: the JIT compiler
 * stops inlining in methods that are too large, and then allocates every vector on the heap.
 */
public final class VectorElementwise {
    /** 2 sqrt(2 / pi): the tanh form of GELU is x sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3). */
    private static final float TWO_U = 1.5957692f;

    private static final float TWO_U_CUBIC = TWO_U * 0.044715f;

    private VectorElementwise() {}

    /** {@code y = gelu(x)} for elements {@code [from, to)}. */
    public static void gelu(MemorySegment x, MemorySegment y, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            store(gelu(load(x, i)), y, i);
        }
        if (i < to) {
            geluTail(x, y, i, to);
        }
    }

    private static void geluTail(MemorySegment x, MemorySegment y, long i, long to) {
        VectorMask<Float> mask = tail(i, to);
        store(gelu(load(x, i, mask)), y, i, mask);
    }

    /** {@code dx = dy gelu'(x)} for elements {@code [from, to)}. */
    public static void geluBackward(MemorySegment x, MemorySegment dy, MemorySegment dx, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            store(load(dy, i).mul(geluSlope(load(x, i))), dx, i);
        }
        if (i < to) {
            geluBackwardTail(x, dy, dx, i, to);
        }
    }

    private static void geluBackwardTail(MemorySegment x, MemorySegment dy, MemorySegment dx, long i, long to) {
        VectorMask<Float> mask = tail(i, to);
        store(load(dy, i, mask).mul(geluSlope(load(x, i, mask))), dx, i, mask);
    }

    /** Runs the backward pass if y was not kept: x is overwritten with its gradient, and y is recomputed from the same sigmoid. */
    public static void geluAgain(MemorySegment x, MemorySegment dy, MemorySegment y, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector in = load(x, i);
            FloatVector s = sigmoid(twoU(in));
            store(in.mul(s), y, i);
            store(load(dy, i).mul(geluSlope(in, s)), x, i);
        }
        if (i < to) {
            geluAgainTail(x, dy, y, i, to);
        }
    }

    private static void geluAgainTail(MemorySegment x, MemorySegment dy, MemorySegment y, long i, long to) {
        VectorMask<Float> mask = tail(i, to);
        FloatVector in = load(x, i, mask);
        FloatVector s = sigmoid(twoU(in));
        store(in.mul(s), y, i, mask);
        store(load(dy, i, mask).mul(geluSlope(in, s)), x, i, mask);
    }

    /** Runs the backward pass of a row if y was not kept: gate and up are overwritten with their gradients, and y is recomputed. */
    public static void swiGluAgain(MemorySegment gateUp, MemorySegment dy, MemorySegment y, long row, int width) {
        long gate = row * 2 * width;
        long up = gate + width;
        long out = row * width;
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            FloatVector g = load(gateUp, gate + i);
            FloatVector u = load(gateUp, up + i);
            FloatVector d = load(dy, out + i);
            FloatVector s = sigmoid(g);
            FloatVector silu = g.mul(s);
            store(silu.mul(u), y, out + i);
            store(d.mul(silu), gateUp, up + i);
            store(d.mul(u).mul(siluSlope(s, silu)), gateUp, gate + i);
        }
        if (i < width) {
            swiGluAgainTail(gateUp, dy, y, row, width, i);
        }
    }

    private static void swiGluAgainTail(
            MemorySegment gateUp, MemorySegment dy, MemorySegment y, long row, int width, int i) {
        long gate = row * 2 * width;
        long up = gate + width;
        long out = row * width;
        VectorMask<Float> mask = tail(i, width);
        FloatVector g = load(gateUp, gate + i, mask);
        FloatVector u = load(gateUp, up + i, mask);
        FloatVector d = load(dy, out + i, mask);
        FloatVector s = sigmoid(g);
        FloatVector silu = g.mul(s);
        store(silu.mul(u), y, out + i, mask);
        store(d.mul(silu), gateUp, up + i, mask);
        store(d.mul(u).mul(siluSlope(s, silu)), gateUp, gate + i, mask);
    }

    /** Computes one row; {@code gateUp} holds gate, then up. */
    public static void swiGlu(MemorySegment gateUp, MemorySegment y, long row, int width) {
        long gate = row * 2 * width;
        long up = gate + width;
        long out = row * width;
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            FloatVector g = load(gateUp, gate + i);
            store(g.mul(sigmoid(g)).mul(load(gateUp, up + i)), y, out + i);
        }
        if (i < width) {
            swiGluTail(gateUp, y, row, width, i);
        }
    }

    private static void swiGluTail(MemorySegment gateUp, MemorySegment y, long row, int width, int i) {
        long gate = row * 2 * width;
        long up = gate + width;
        long out = row * width;
        VectorMask<Float> mask = tail(i, width);
        FloatVector g = load(gateUp, gate + i, mask);
        store(g.mul(sigmoid(g)).mul(load(gateUp, up + i, mask)), y, out + i, mask);
    }

    /** Computes one row of the gradients of gate, then up. */
    public static void swiGluBackward(
            MemorySegment gateUp, MemorySegment dy, MemorySegment dGateUp, long row, int width) {
        long gate = row * 2 * width;
        long up = gate + width;
        long out = row * width;
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            FloatVector g = load(gateUp, gate + i);
            FloatVector s = sigmoid(g);
            FloatVector d = load(dy, out + i);
            FloatVector silu = g.mul(s);
            FloatVector u = load(gateUp, up + i);
            store(d.mul(silu), dGateUp, up + i);
            store(d.mul(u).mul(siluSlope(s, silu)), dGateUp, gate + i);
        }
        if (i < width) {
            swiGluBackwardTail(gateUp, dy, dGateUp, row, width, i);
        }
    }

    private static void swiGluBackwardTail(
            MemorySegment gateUp, MemorySegment dy, MemorySegment dGateUp, long row, int width, int i) {
        long gate = row * 2 * width;
        long up = gate + width;
        long out = row * width;
        VectorMask<Float> mask = tail(i, width);
        FloatVector g = load(gateUp, gate + i, mask);
        FloatVector s = sigmoid(g);
        FloatVector d = load(dy, out + i, mask);
        FloatVector silu = g.mul(s);
        FloatVector u = load(gateUp, up + i, mask);
        store(d.mul(silu), dGateUp, up + i, mask);
        store(d.mul(u).mul(siluSlope(s, silu)), dGateUp, gate + i, mask);
    }

    private static FloatVector gelu(FloatVector x) {
        return x.mul(sigmoid(twoU(x)));
    }

    /** d(x s)/dx = s + x s (1 - s) d(2u)/dx. */
    private static FloatVector geluSlope(FloatVector x) {
        return geluSlope(x, sigmoid(twoU(x)));
    }

    private static FloatVector geluSlope(FloatVector x, FloatVector s) {
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
