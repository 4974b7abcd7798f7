package dev.mojave.tensor.kernels.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.ReferenceChecks;
import dev.mojave.tensor.kernels.pointwise.DropoutKernelTest;
import dev.mojave.tensor.kernels.pointwise.Gate;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.Blas;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares norms and the feed-forward branch of a block with their reference implementations in float64. */
public class FeedForwardBranchTest {
    private final Rng rng = Rng.seeded(20261124);

    @BeforeAll
    public static void theLibraryIsFound() {
        assertThat(Blas.available())
                .as("the BLAS library's products can be called")
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, true, true",
        "1, 16, true, false",
        "3, 17, true, true",
        "700, 33, false, false",
        "41, 128, true, false",
        "5, 500, false, false"
    })
    public void normMatchesItsReference(long rows, long width, boolean centred, boolean bias) {
        try (Scope _ = Scope.open()) {
            List<Tensor> in = new ArrayList<>(
                    List.of(Tensors.normal(rng, 0.5, 2, rows, 1, width), Tensors.normal(rng, 1, 0.3, width)));
            if (bias) {
                in.add(Tensors.normal(rng, 0, 1, width));
            }
            ReferenceChecks.compareSums(
                    rng,
                    in,
                    t -> norm(t, 1, centred, bias).apply(t.getFirst()),
                    t -> norm(t, 1, centred, bias).plain(t.getFirst()),
                    4.0 * width + rows,
                    alone(width));
        }
    }

    /** A single value has no variance other than epsilon; it is divided by the root of epsilon, and so is its rounding error. */
    private static double alone(long width) {
        return width == 1 ? 1 / Math.sqrt(1e-5) : 1;
    }

    @Test
    void normHoldsAtExtremes() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.of(new float[] {0, 0, 0, 1e15f, -1e15f, 0, 3, 3, 3, 1e-20f, 0, 0}, 4, 3);
            for (boolean centred : new boolean[] {true, false}) {
                Normalisation norm = new Normalisation(centred, Tensors.ones(DType.FLOAT32, 3), Optional.empty(), 1e-5);
                assertThat(norm.apply(x).toFloats())
                        .containsExactly(norm.plain(x).toFloats(), within(1e-6f));
            }
            Normalisation norm = new Normalisation(true, Tensors.ones(DType.FLOAT32, 2), Optional.empty(), 1e-5);
            assertThat(norm.apply(Tensors.of(new float[] {1, Float.NaN}, 1, 2)).toFloats())
                    .containsOnly(Float.NaN);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, GELU, true, true",
        "3, 16, 24, SWIGLU, false, false",
        "777, 33, 50, GELU, true, true",
        "401, 20, 17, SWIGLU, false, true",
        "64, 48, 192, GELU, true, false"
    })
    public void feedForwardMatchesItsReference(
            long rows, long width, long hidden, Gate gate, boolean centred, boolean bias) {
        try (Scope _ = Scope.open()) {
            List<Tensor> in = inputs(rows, width, hidden, gate, bias);
            ReferenceChecks.compareSums(
                    rng,
                    in,
                    t -> BlockKernel.apply(
                            t.getFirst(),
                            List.of(FeedForwardBranch.of(feedForward(t, gate, centred, bias), 0, DType.FLOAT32))),
                    t -> plain(t.getFirst(), feedForward(t, gate, centred, bias), DType.FLOAT32),
                    6.0 * width + 2.0 * hidden + rows,
                    alone(width));
        }
    }

    /** The longest path has ten roundings: norm, weights, up, gate, weights, and the same backward. */
    @ParameterizedTest
    @CsvSource({
        "3, 16, 24, SWIGLU, false, NARROW",
        "777, 33, 50, GELU, true, NARROW",
        "1, 8, 9, GELU, false, ROUNDED",
        "401, 20, 17, SWIGLU, true, ROUNDED"
    })
    void feedForwardInMixedPrecision(long rows, long width, long hidden, Gate gate, boolean bias, Precision precision) {
        ReferenceChecks.assumeMultiplies(precision);
        try (Scope _ = Scope.open()) {
            ReferenceChecks.compareMixed(
                    rng,
                    inputs(rows, width, hidden, gate, bias),
                    t -> BlockKernel.apply(
                            t.getFirst(),
                            List.of(new FeedForwardBranch(
                                    feedForward(t, gate, true, bias), DropoutMask.draw(0), precision))),
                    (t, compute) -> plain(t.getFirst(), feedForward(t, gate, true, bias), compute),
                    10,
                    1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 5, 7, GELU, false", "401, 20, 17, SWIGLU, true"})
    void feedForwardDropsTheElementsOfItsMask(long rows, long width, long hidden, Gate gate, boolean bias) {
        DropoutMask drop = new DropoutMask(0.3, 0x1234_5678_9abc_def0L);
        try (Scope _ = Scope.open()) {
            List<Tensor> in = inputs(rows, width, hidden, gate, bias);
            Tensor mask = DropoutKernelTest.mask(drop, rows, width);
            ReferenceChecks.compareSums(
                    rng,
                    in,
                    t -> BlockKernel.apply(
                            t.getFirst(),
                            List.of(new FeedForwardBranch(feedForward(t, gate, true, bias), drop, Precision.FULL))),
                    t -> {
                        Tensor x = t.getFirst();
                        Tensor branch = plain(x, feedForward(t, gate, true, bias), DType.FLOAT32)
                                .sub(x);
                        return x.add(branch.mul(mask.to(x.dtype())));
                    },
                    6.0 * width + 2.0 * hidden + rows,
                    1);
        }
    }

    @Test
    void gradientsAddUpOverPasses() {
        try (Scope _ = Scope.open()) {
            List<Tensor> in = List.of(
                    Tensors.normal(rng, 0, 1, 9, 16),
                    Tensors.normal(rng, 1, 0.3, 16),
                    Tensors.normal(rng, 0, 0.3, 20, 16),
                    Tensors.normal(rng, 0, 0.3, 16, 20));
            in.forEach(t -> t.requireGrad(true));
            List<float[]> once = new ArrayList<>();
            for (int pass = 0; pass < 2; pass++) {
                BlockKernel.apply(
                                in.getFirst(),
                                List.of(FeedForwardBranch.of(
                                        feedForward(in, Gate.GELU, true, false), 0, DType.FLOAT32)))
                        .sum()
                        .backward();
                if (pass == 0) {
                    in.forEach(t -> once.add(t.grad().orElseThrow().toFloats()));
                }
            }
            for (int i = 0; i < in.size(); i++) {
                float[] twice = in.get(i).grad().orElseThrow().toFloats();
                for (int j = 0; j < twice.length; j++) {
                    assertThat(twice[j]).isCloseTo(2 * once.get(i)[j], within(1e-4f));
                }
            }
        }
    }

    private List<Tensor> inputs(long rows, long width, long hidden, Gate gate, boolean bias) {
        List<Tensor> in = new ArrayList<>(List.of(
                Tensors.normal(rng, 0, 1, rows, width),
                Tensors.normal(rng, 1, 0.3, width),
                Tensors.normal(rng, 0, 0.3, gate.projections() * hidden, width),
                Tensors.normal(rng, 0, 0.3, width, hidden)));
        if (bias) {
            in.add(Tensors.normal(rng, 0, 1, gate.projections() * hidden));
            in.add(Tensors.normal(rng, 0, 1, width));
        }
        return in;
    }

    private static Normalisation norm(List<Tensor> t, int at, boolean centred, boolean bias) {
        return new Normalisation(centred, t.get(at), bias ? Optional.of(t.get(at + 1)) : Optional.empty(), 1e-5);
    }

    private static FeedForwardBranch.Weights feedForward(List<Tensor> t, Gate gate, boolean centred, boolean bias) {
        return new FeedForwardBranch.Weights(
                norm(t, 1, centred, false),
                new Projection(t.get(2), bias ? Optional.of(t.get(4)) : Optional.empty()),
                gate,
                new Projection(t.get(3), bias ? Optional.of(t.get(5)) : Optional.empty()));
    }

    /** The reference implementation in libtorch operations. */
    private static Tensor plain(Tensor x, FeedForwardBranch.Weights w, DType compute) {
        return x.add(w.down().plain(w.gate().plain(w.up().plain(w.norm().plain(x), compute)), compute));
    }
}
