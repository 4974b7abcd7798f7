package dev.mojave.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import org.junit.jupiter.api.Test;

class PositionsTest {
    @Test
    void theSinusoidalTableIsVaswanis() {
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
                assertThat((double) table[i]).as("entry %d", i).isCloseTo(expected[i], within(1e-7));
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
                    .as("lengths stay")
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

    @Test
    void headsOfOddSizeCannotBeRotated() {
        assertThatThrownBy(() -> new Rotary(7, 4, 10_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("position_embedding rope needs an even head size, not 7");
    }
}
