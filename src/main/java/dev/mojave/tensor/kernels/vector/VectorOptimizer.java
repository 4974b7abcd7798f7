package dev.mojave.tensor.kernels.vector;

import static dev.mojave.tensor.kernels.vector.VectorMath.FLOATS;
import static dev.mojave.tensor.kernels.vector.VectorMath.LANES;
import static dev.mojave.tensor.kernels.vector.VectorMath.load;
import static dev.mojave.tensor.kernels.vector.VectorMath.store;
import static dev.mojave.tensor.kernels.vector.VectorMath.sum;
import static dev.mojave.tensor.kernels.vector.VectorMath.tail;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Passes over parameters and gradients. */
public final class VectorOptimizer {
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;

    private VectorOptimizer() {}

    /** Returns the sum of squares in float64. */
    public static double sumOfSquares(MemorySegment values, long from, long to) {
        DoubleVector even = DoubleVector.zero(DOUBLES);
        DoubleVector odd = DoubleVector.zero(DOUBLES);
        for (long i = from; i < to; i += LANES) {
            FloatVector x = i + LANES <= to ? load(values, i) : load(values, i, tail(i, to));
            DoubleVector low = (DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 0);
            DoubleVector high = (DoubleVector) x.convertShape(VectorOperators.F2D, DOUBLES, 1);
            even = low.fma(low, even);
            odd = high.fma(high, odd);
        }
        return sum(even.add(odd));
    }

    /** The factors of AdamW's update of one tensor, rounded to float32 once. */
    public record Factors(
            float gradientScale,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float keep,
            float stepSize,
            float inverseRootCorrection2,
            float epsilon) {}

    /** Applies AdamW's update to a range. */
    public static void adamW(
            MemorySegment p, MemorySegment g, MemorySegment m, MemorySegment v, Factors f, long from, long to) {
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            FloatVector gradient = load(g, i).mul(f.gradientScale());
            FloatVector first = moment(load(m, i), f.beta1(), gradient, f.rest1());
            FloatVector second = moment(load(v, i), f.beta2(), gradient.mul(gradient), f.rest2());
            store(first, m, i);
            store(second, v, i);
            store(update(load(p, i), first, second, f), p, i);
        }
        if (i < to) {
            VectorMask<Float> mask = tail(i, to);
            FloatVector gradient = load(g, i, mask).mul(f.gradientScale());
            FloatVector first = moment(load(m, i, mask), f.beta1(), gradient, f.rest1());
            FloatVector second = moment(load(v, i, mask), f.beta2(), gradient.mul(gradient), f.rest2());
            store(first, m, i, mask);
            store(second, v, i, mask);
            store(update(load(p, i, mask), first, second, f), p, i, mask);
        }
    }

    private static FloatVector moment(FloatVector old, float beta, FloatVector value, float rest) {
        return old.fma(FloatVector.broadcast(FLOATS, beta), value.mul(rest));
    }

    private static FloatVector update(FloatVector p, FloatVector first, FloatVector second, Factors f) {
        FloatVector root = second.sqrt().mul(f.inverseRootCorrection2()).add(f.epsilon());
        return p.mul(f.keep()).sub(first.mul(f.stepSize()).div(root));
    }
}
