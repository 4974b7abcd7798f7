package dev.mojave.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PositionsTest {
    @Test
    void theSinusoidalTableIsThatOfVaswaniEtAl() {
        try (Scope _ = Scope.open()) {
            float[] table = Positions.sinusoidal(3, 4).toFloats();
            double slow = 1 / Math.pow(10_000, 2.0 / 4);
            double[] expected = {
                0,
                1,
                0,
                1,
                Math.sin(1),
                Math.cos(1),
                Math.sin(slow),
                Math.cos(slow),
                Math.sin(2),
                Math.cos(2),
                Math.sin(2 * slow),
                Math.cos(2 * slow)
            };
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) table[i]).as("entry %d, over sqrt(4)", i).isCloseTo(expected[i] / 2, within(1e-7));
            }
        }
    }

    @Test
    void rotatedProductsDependOnTheDistanceAlone() {
        Rotary rotary = new Rotary(8, 32, 10_000);
        try (Scope _ = Scope.open()) {
            Tensor q = Tensors.normal(Rng.seeded(1), 0, 1, 1, 1, 1, 8);
            Tensor k = Tensors.normal(Rng.seeded(2), 0, 1, 1, 1, 1, 8);
            double near = product(rotary, q, 5, k, 2);
            assertThat(product(rotary, q, 25, k, 22)).isCloseTo(near, within(1e-5));
            assertThat(product(rotary, q, 3, k, 0)).isCloseTo(near, within(1e-5));
            assertThat(Math.abs(product(rotary, q, 25, k, 2) - near)).isGreaterThan(1e-2);
            assertThat(rotary.forward(q, 7).square().sum().item())
                    .as("rotation preserves lengths")
                    .isCloseTo(q.square().sum().item(), within(1e-5));
        }
        rotary.close();
    }

    private static double product(Rotary rotary, Tensor q, int queryPosition, Tensor k, int keyPosition) {
        return rotary.forward(q, queryPosition)
                .mul(rotary.forward(k, keyPosition))
                .sum()
                .item();
    }

    @Test
    void pairsAreHalvesApart() {
        Rotary rotary = new Rotary(4, 4, 100);
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.of(new float[] {1, 2, 3, 4}, 1, 1, 1, 4);
            float[] y = rotary.forward(x, 2).toFloats();
            double[] angles = {2, 2 / Math.pow(100, 0.5)};
            double[] expected = {
                1 * Math.cos(angles[0]) - 3 * Math.sin(angles[0]),
                2 * Math.cos(angles[1]) - 4 * Math.sin(angles[1]),
                3 * Math.cos(angles[0]) + 1 * Math.sin(angles[0]),
                4 * Math.cos(angles[1]) + 2 * Math.sin(angles[1])
            };
            for (int i = 0; i < 4; i++) {
                assertThat((double) y[i]).isCloseTo(expected[i], within(1e-6));
            }
        }
        rotary.close();
    }

    /** Expects the frequencies that transformers 5.23 computes for head size 8 and base 10000. */
    @Test
    void anglesAreStretchedAsTransformersStretchesThem() {
        assertScaled(
                new RopeScaling.Linear(4), 0.25, 0.02500000037252903, 0.0024999999441206455, 0.0002500000118743628);
        assertScaled(new RopeScaling.Dynamic(4), 1, 0.1, 0.01, 0.001);
        assertScaled(
                new RopeScaling.Llama3(8, 1, 4, 16),
                0.5760563611984253,
                0.012500000186264515,
                0.0012499999720603228,
                0.0001250000059371814);
        assertScaled(
                new RopeScaling.Llama3(8, 1, 4, 200),
                1,
                0.07617371529340744,
                0.0012499999720603228,
                0.0001250000059371814);
        RopeScaling yarn = new RopeScaling.Yarn(4, 200, 32, 1, true, null);
        assertScaled(yarn, 1, 0.0625, 0.0024999999441206455, 0.0002500000118743628);
        assertScaled(
                new RopeScaling.Yarn(4, 200, 32, 1, false, null),
                1,
                0.05009482055902481,
                0.0024999999441206455,
                0.0002500000118743628);
        assertScaled(new RopeScaling.Yarn(4, 16, 32, 1, true, null), 1, 0.025, 0.0025, 0.00025);
        assertThat(yarn.attentionScale()).isCloseTo(1.138629436111989, within(1e-15));
        assertThat(new RopeScaling.Yarn(1, 16, 32, 1, true, null).attentionScale())
                .isEqualTo(1);
    }

    private static void assertScaled(RopeScaling scaling, double... expected) {
        float[] scaled = scaling.frequencies(new float[] {1, 10, 100, 1000}, 10_000);
        for (int i = 0; i < 4; i++) {
            assertThat((double) scaled[i])
                    .as("pair %d of %s", i, scaling)
                    .isCloseTo(expected[i], within(6e-8 * expected[i]));
        }
    }

    @Test
    void yarnLengthensRotatedVectors() {
        Rotary rotary = new Rotary(4, 4, 100, Optional.of(new RopeScaling.Yarn(4, 2, 32, 1, true, 1.5)));
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(Rng.seeded(1), 0, 1, 1, 1, 1, 4);
            assertThat(rotary.forward(x, 3).square().sum().item())
                    .isCloseTo(2.25 * x.square().sum().item(), within(1e-5));
        }
        rotary.close();
    }

    @Test
    void headsOfOddSizeCannotBeRotated() {
        assertThatThrownBy(() -> new Rotary(7, 4, 10_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("position_embedding rope needs an even head size, not 7");
    }
}
