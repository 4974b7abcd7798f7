package dev.mojave.tensor.kernels.pointwise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Functions;
import dev.mojave.tensor.Recompute;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Matrix;
import dev.mojave.tensor.kernels.vector.VectorMath;
import dev.mojave.tensor.kernels.vector.VectorThreefry;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the generator with its authors' numbers and a scalar oracle, and dropout with the mask from the oracle. */
public class DropoutKernelTest {
    private static final VectorSpecies<Integer> INTS = VectorMath.FLOATS.withLanes(int.class);

    /** Returns the factors of a dropout mask: 0 or 1 / (1 - p). */
    public static Tensor mask(DropoutMask drop, long rows, long columns) {
        Tensor ones = Tensors.ones(DType.FLOAT32, rows, columns);
        drop.apply(Matrix.of(ones), 0, (int) rows, (int) columns);
        return ones;
    }

    /** The known answers published with Random123 for threefry2x32 with 13 rounds. */
    @Test
    public void numbersAreThoseOfThePaper() {
        assertThat(first(0, 0, 0, 0)).isEqualTo(0x9d1c5ec6);
        assertThat(first(-1, -1, -1, -1)).isEqualTo(0xfd36d048);
        assertThat(first(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344)).isEqualTo(0xba3e4725);
    }

    private static int first(int column, int row, int low, int high) {
        int vector = VectorThreefry.bits(IntVector.broadcast(INTS, column), IntVector.broadcast(INTS, row), low, high)
                .lane(0);
        assertThat(oracle(column, row, low, high)).isEqualTo(vector);
        return vector;
    }

    /** Threefry-2x32-13 as in the paper, one number at a time. */
    private static int oracle(int column, int row, int low, int high) {
        int[] rotations = {13, 15, 26, 6, 17, 29, 16, 24};
        int[] keys = {low, high, 0x1BD11BDA ^ low ^ high};
        int a = column + keys[0];
        int b = row + keys[1];
        for (int round = 0; round < 13; round++) {
            a += b;
            b = Integer.rotateLeft(b, rotations[round % 8]) ^ a;
            if (round % 4 == 3) {
                int injection = round / 4 + 1;
                a += keys[injection % 3];
                b += keys[(injection + 1) % 3] + injection;
            }
        }
        return a;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 19, 200})
    public void elementsAreDroppedByRowAndColumn(int columns) {
        DropoutMask drop = new DropoutMask(0.25, 0x7edc_ba98_7654_3210L);
        try (Scope _ = Scope.open()) {
            float[] mask = mask(drop, 5, columns).toFloats();
            for (int i = 0; i < mask.length; i++) {
                int bits = oracle(i % columns, i / columns, 0x7654_3210, 0x7edc_ba98);
                boolean dropped = (bits >>> 8) / (double) (1 << 24) < 0.25;
                assertThat(mask[i]).as("element %d", i).isEqualTo(dropped ? 0 : 1 / 0.75f);
            }
        }
    }

    @Test
    void shareAndKeysAreAsAsked() {
        try (Scope _ = Scope.open()) {
            for (double p : new double[] {0.01, 0.5, 0.9}) {
                Tensor one = mask(new DropoutMask(p, 1), 1000, 1000).eq(0).to(DType.FLOAT32);
                // Four standard deviations of a million draws.
                assertThat(one.mean().item()).isCloseTo(p, within(4 * Math.sqrt(p * (1 - p)) / 1000));
                Tensor other = mask(new DropoutMask(p, 2), 1000, 1000).eq(0).to(DType.FLOAT32);
                assertThat(one.mul(other).mean().item())
                        .as("two keys, both dropped")
                        .isCloseTo(p * p, within(4 * p / 1000));
            }
            assertThat(DropoutMask.draw(0.5).key())
                    .isNotEqualTo(DropoutMask.draw(0.5).key());
        }
    }

    @Test
    void nothingIsDrawnWhereNothingIsDropped() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 2, 3);
            byte[] before = Rng.dropout().state();
            assertThat(DropoutKernel.apply(x, 0)).isSameAs(x);
            assertThat(DropoutMask.draw(0).isNone()).isTrue();
            assertThat(Rng.dropout().state()).isEqualTo(before);
        }
    }

    @Test
    void gradientsPassWhereValuesDid() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(Rng.seeded(3), 0, 1, 37, 3, 19).requireGrad(true);
            Tensor y = DropoutKernel.apply(x.mul(2), 0.3);
            y.mul(y).sum().backward();
            // y = 2 m x, so dx = 2 y * 2 m and x dx = 2 y^2.
            float[] gradients = x.grad().orElseThrow().mul(x.detach()).toFloats();
            float[] values = y.mul(y).mul(2).toFloats();
            assertThat(gradients).containsExactly(values, within(1e-4f));
            assertThat(y.eq(0).to(DType.FLOAT32).mean().item()).isCloseTo(0.3, within(0.05));
        }
    }

    @Test
    void aRowThatIsNotContiguousIsDroppedInItsOwnOrder() {
        try (Scope _ = Scope.open()) {
            DropoutMask drop = new DropoutMask(0.5, 9);
            Tensor x = Tensors.normal(Rng.seeded(3), 0, 1, 8, 30).transpose(0, 1);
            // Adding 0 turns the -0 of masked elements into 0.
            assertThat(DropoutKernel.fused(x, drop).toFloats())
                    .containsExactly(x.mul(mask(drop, 30, 8)).add(0).toFloats());
            assertThat(DropoutKernel.fused(Tensors.empty(DType.FLOAT32, 0, 4), drop)
                            .elements())
                    .isZero();
        }
    }

    @Test
    void infinityIsDroppedToZero() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.full(DType.FLOAT32, Double.POSITIVE_INFINITY, 1, 64);
            assertThat(DropoutKernel.fused(x, new DropoutMask(0.5, 1)).toFloats())
                    .containsOnly(0, Float.POSITIVE_INFINITY)
                    .contains(0f, Float.POSITIVE_INFINITY);
        }
    }

    @Test
    void recomputingDropsTheSame() {
        try (Scope _ = Scope.open()) {
            Tensor leaf = Tensors.normal(Rng.seeded(3), 0, 1, 9, 21).requireGrad(true);
            float[][] gradients = new float[2][];
            for (int way = 0; way < 2; way++) {
                Rng.dropout().reseed(5);
                Tensor x = leaf.mul(1);
                Tensor y = way == 0
                        ? Functions.silu(DropoutKernel.apply(x, 0.4))
                        : Recompute.apply(x, in -> Functions.silu(DropoutKernel.apply(in, 0.4)));
                y.sum().backward();
                gradients[way] = leaf.grad().orElseThrow().toFloats();
                leaf.clearGrad();
            }
            assertThat(gradients[1]).containsExactly(gradients[0]);
        }
    }

    @Test
    void aProbabilityIsBelowOne() {
        assertThatThrownBy(() -> new DropoutMask(1, 0))
                .hasMessageContaining("dropout (1.0) must be at least 0 and below 1");
    }
}
