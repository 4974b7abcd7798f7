package dev.mojave.tensor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.Blas;
import dev.mojave.tensor.kernels.support.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Compares kernels with their reference implementations. */
public final class ReferenceChecks {
    /** Half the distance between neighbouring values at 1. */
    private static final double BFLOAT16_UNIT = 0x1p-8;

    /** The same in float32. */
    private static final double FLOAT32_UNIT = 0x1p-24;

    /** Number of elements over which errors average out. */
    private static final int ENOUGH = 500;

    private ReferenceChecks() {}

    /**
     * Compares values, and gradients of a weighted sum, with the reference implementation in float64: for elementwise operations and sums
     * of few terms, with a tolerance relative to the element or to 1.
     */
    public static void compare(
            Rng rng,
            List<Tensor> inputs,
            Function<List<Tensor>, Tensor> fused,
            Function<List<Tensor>, Tensor> plain,
            double tolerance) {
        List<Tensor> mine = inputs.stream().map(t -> t.copy().requireGrad(true)).toList();
        List<Tensor> theirs =
                inputs.stream().map(t -> t.to(DType.FLOAT64).requireGrad(true)).toList();
        Tensor y = fused.apply(mine);
        Tensor reference = plain.apply(theirs);
        close(y, reference, tolerance);
        Tensor weights = Tensors.normal(rng, 0, 1, y.shape());
        y.mul(weights).sum().backward();
        reference.mul(weights.to(DType.FLOAT64)).sum().backward();
        for (int i = 0; i < mine.size(); i++) {
            close(mine.get(i).grad().orElseThrow(), theirs.get(i).grad().orElseThrow(), tolerance);
        }
    }

    /**
     * Compares values, and gradients of a weighted sum, of sums of products with the reference implementation in float64: element by
     * element, and in total with at most twice the error of the reference in float32, which adds the same terms in another order, plus a
     * standard deviation.
     *
     * <p>The tolerance of an element: adding up n random terms of size s rounds n partial sums, of which the i-th is some sqrt(i) s large, by
     * u / sqrt(3) of itself in the mean square, u = 2^-24. The error is then {@code u sqrt(n / 6)} of sqrt(n) s, which is the root mean square
     * of such sums. An element that happens to be small is off by as much as any: its terms cancel, their roundings do not. One after another,
     * sums add up their n. What errors are multiplied with on their way is random too, and of products of two normal factors no more than one in
     * some ten thousand exceeds ten standard deviations. Sums in the many lanes of wide vectors round less than those in few.
     *
     * @param terms of all sums on the longest way to a result
     * @param arguments by what errors grow on that way, as those of a softmax's arguments do by the arguments' size; 1 = by nothing
     */
    public static void compareSums(
            Rng rng,
            List<Tensor> inputs,
            Function<List<Tensor>, Tensor> fused,
            Function<List<Tensor>, Tensor> plain,
            double terms,
            double arguments) {
        long seed = rng.nextLong();
        List<Tensor> exact = derive(seed, inputs, DType.FLOAT64, plain);
        List<Tensor> mine = derive(seed, inputs, DType.FLOAT32, fused);
        List<Tensor> reference = derive(seed, inputs, DType.FLOAT32, plain);
        double deviation = Math.sqrt(terms / 6) * FLOAT32_UNIT;
        double tolerance = 10 * deviation * arguments;
        double error = 0;
        double referenceError = 0;
        for (int i = 0; i < exact.size(); i++) {
            // The terms from inputs of size 1 are no smaller, even if they cancel everywhere.
            double size = Math.max(1, rms(exact.get(i)));
            close(mine.get(i).div(size), exact.get(i).div(size), tolerance);
            error += Math.pow(rms(mine.get(i).to(DType.FLOAT64).sub(exact.get(i))) / size, 2);
            referenceError += Math.pow(rms(reference.get(i).to(DType.FLOAT64).sub(exact.get(i))) / size, 2);
        }
        assertThat(Math.sqrt(error)).isLessThanOrEqualTo(2 * (Math.sqrt(referenceError) + deviation));
    }

    /** Skips a test of products that the BLAS library in use does not have. */
    public static void assumeMultiplies(Precision precision) {
        assumeTrue(
                precision != Precision.NARROW || Blas.multipliesNarrow(),
                "the BLAS library in use has no product of bfloat16 factors");
    }

    /**
     * Compares values and gradients in mixed precision with float64: element by element, and in total with no larger error than the
     * reference implementation in bfloat16, which rounds at least as often. A second run must give the same bits.
     *
     * <p>The tolerance of an element: a rounding to bfloat16 is off by at most u = 2^-8 of the value, uniformly, so by u / sqrt(3) in
     * the mean square. Sums of products of random factors keep relative mean squares, whatever their size: both the sum and its error
     * grow like the square root of the number of terms. Independent roundings add up as squares. Five standard deviations are what no element
     * of some ten thousand exceeds: 5 / sqrt(3) sqrt(roundings) u of the tensor's root mean square, or of the element where that is
     * larger. A softmax turns errors of its arguments into relative ones: they grow by the arguments' own size.
     *
     * @param plain the reference implementation, in the type of its inputs with compute type FLOAT32
     * @param roundings how many there are on the longest way to a result
     * @param arguments size of a softmax's arguments on that way, 1 = none is there
     */
    public static void compareMixed(
            Rng rng,
            List<Tensor> inputs,
            Function<List<Tensor>, Tensor> fused,
            BiFunction<List<Tensor>, DType, Tensor> plain,
            int roundings,
            double arguments) {
        long seed = rng.nextLong();
        List<Tensor> exact = derive(seed, inputs, DType.FLOAT64, t -> plain.apply(t, DType.FLOAT32));
        List<Tensor> mine = derive(seed, inputs, DType.FLOAT32, fused);
        List<Tensor> again = derive(seed, inputs, DType.FLOAT32, fused);
        List<Tensor> reference = derive(seed, inputs, DType.FLOAT32, t -> plain.apply(t, DType.BFLOAT16));
        double tolerance = 5 / Math.sqrt(3) * Math.sqrt(roundings) * BFLOAT16_UNIT * arguments;
        long elements = 0;
        double error = 0;
        double referenceError = 0;
        for (int i = 0; i < exact.size(); i++) {
            double size = Math.max(rms(exact.get(i)), Float.MIN_NORMAL);
            close(mine.get(i).div(size), exact.get(i).div(size), tolerance);
            assertThat(again.get(i).toFloats()).containsExactly(mine.get(i).toFloats());
            elements += exact.get(i).elements();
            error += Math.pow(rms(mine.get(i).to(DType.FLOAT64).sub(exact.get(i))) / size, 2);
            referenceError += Math.pow(rms(reference.get(i).to(DType.FLOAT64).sub(exact.get(i))) / size, 2);
        }
        if (elements >= ENOUGH) {
            assertThat(error).isLessThanOrEqualTo(referenceError);
        }
    }

    /** Returns the result, followed by the gradients of a weighted sum of it. */
    private static List<Tensor> derive(
            long seed, List<Tensor> inputs, DType type, Function<List<Tensor>, Tensor> function) {
        List<Tensor> own =
                inputs.stream().map(t -> t.copy().to(type).requireGrad(true)).toList();
        Tensor y = function.apply(own);
        Tensor weights = Tensors.normal(Rng.seeded(seed), 0, 1, y.shape());
        y.mul(weights.to(type)).sum().backward();
        List<Tensor> all = new ArrayList<>(List.of(y.detach()));
        own.forEach(t -> all.add(t.grad().orElseThrow()));
        return all;
    }

    private static double rms(Tensor x) {
        return Math.sqrt(x.mul(x).mean().item());
    }

    public static void close(Tensor actual, Tensor expected, double tolerance) {
        float[] a = actual.toFloats();
        float[] e = expected.toFloats();
        assertThat(actual.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < e.length; i++) {
            if (!(Math.abs(a[i] - e[i]) <= tolerance * Math.max(1, Math.abs(e[i])))) {
                throw new AssertionError("element " + i + " of " + Arrays.toString(actual.shape()) + ": " + a[i]
                        + " instead of " + e[i]);
            }
        }
    }
}
