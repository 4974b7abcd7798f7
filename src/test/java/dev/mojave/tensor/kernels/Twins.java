package dev.mojave.tensor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Compares kernels with their twins. */
final class Twins {
    private Twins() {}

    /** Values, and gradients of a weighted sum, against the plain twin in float64. */
    static void compare(
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

    static void close(Tensor actual, Tensor expected, double tolerance) {
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
