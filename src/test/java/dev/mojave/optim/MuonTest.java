package dev.mojave.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.nn.Init;
import dev.mojave.nn.Parameter;
import dev.mojave.nn.Parameter.Role;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MuonTest {
    private static final Muon.Spec SPEC = new Muon.Spec(0.95, 5, List.of(0.9, 0.95), 1e-8, 0.1);

    /** The formula of the update in double precision, matrix by matrix. */
    private static final class Oracle {
        private final int rows;
        private final int columns;
        private final double[] weight;
        private final double[] momentum;

        Oracle(float[] weight, int rows, int columns) {
            this.rows = rows;
            this.columns = columns;
            this.weight = new double[weight.length];
            this.momentum = new double[weight.length];
            for (int i = 0; i < weight.length; i++) {
                this.weight[i] = weight[i];
            }
        }

        void step(float[] gradient, double scale, double rate) {
            int size = rows * columns;
            for (int matrix = 0; matrix < weight.length / size; matrix++) {
                double[][] u = new double[rows][columns];
                double square = 0;
                for (int i = 0; i < size; i++) {
                    int at = matrix * size + i;
                    double g = gradient[at] * scale;
                    momentum[at] = 0.95 * momentum[at] + g;
                    u[i / columns][i % columns] = g + 0.95 * momentum[at];
                    square += u[i / columns][i % columns] * u[i / columns][i % columns];
                }
                double[][] x = rows > columns ? transposed(u) : u;
                for (double[] row : x) {
                    for (int c = 0; c < row.length; c++) {
                        row[c] /= Math.sqrt(square) + 1e-7;
                    }
                }
                for (int n = 0; n < 5; n++) {
                    double[][] a = product(x, transposed(x));
                    double[][] aa = product(a, a);
                    double[][] polynomial = new double[a.length][a.length];
                    for (int i = 0; i < a.length; i++) {
                        for (int j = 0; j < a.length; j++) {
                            polynomial[i][j] = -4.7750 * a[i][j] + 2.0315 * aa[i][j] + (i == j ? 3.4445 : 0);
                        }
                    }
                    x = product(polynomial, x);
                }
                double[][] update = rows > columns ? transposed(x) : x;
                for (int i = 0; i < size; i++) {
                    int at = matrix * size + i;
                    weight[at] = weight[at] * (1 - rate * 0.1)
                            - rate * 0.2 * Math.sqrt(Math.max(rows, columns)) * update[i / columns][i % columns];
                }
            }
        }

        private static double[][] transposed(double[][] m) {
            double[][] t = new double[m[0].length][m.length];
            for (int i = 0; i < m.length; i++) {
                for (int j = 0; j < m[0].length; j++) {
                    t[j][i] = m[i][j];
                }
            }
            return t;
        }

        private static double[][] product(double[][] a, double[][] b) {
            double[][] c = new double[a.length][b[0].length];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < b[0].length; j++) {
                    for (int k = 0; k < b.length; k++) {
                        c[i][j] += a[i][k] * b[k][j];
                    }
                }
            }
            return c;
        }
    }

    @ParameterizedTest
    @CsvSource({"5, 9, MATRIX", "9, 5, MATRIX", "4, 4, MATRIX", "6, 3, EXPERTS", "3, 6, EXPERTS"})
    void matchesTheFormula(int rows, int columns, Role role) {
        Init init = Init.of(Rng.seeded(1), 0.1).as(role);
        Tensor weight = role == Role.EXPERTS ? init.matrix("w", 2, rows, columns) : init.matrix("w", rows, columns);
        Oracle oracle = new Oracle(weight.toFloats(), rows, columns);
        try (Muon muon = SPEC.build(init.parameters())) {
            for (int step = 0; step < 4; step++) {
                try (Scope _ = Scope.open()) {
                    Tensor direction = Tensors.normal(Rng.seeded(step), 0, 1, weight.shape());
                    weight.mul(direction).sum().backward();
                    muon.step(0.02, 0.5);
                    oracle.step(direction.toFloats(), 0.5, 0.02);
                    weight.clearGrad();
                }
            }
            assertThat(muon.steps()).isEqualTo(4);
            float[] actual = weight.toFloats();
            for (int i = 0; i < actual.length; i++) {
                // The tolerance covers twenty float32 products of a few terms near 1, multiplied by 0.02 * 0.2 sqrt(9).
                assertThat((double) actual[i]).isCloseTo(oracle.weight[i], within(2e-6));
            }
        }
        weight.close();
    }

    @Test
    void orthogonalisingBringsSingularValuesNearOne() {
        try (Scope _ = Scope.open()) {
            // The singular values 3, 0.5 and 0.05, in an arbitrary order and with arbitrary signs.
            Tensor x = Tensors.of(new float[] {0, 0, 3, 0, -0.5f, 0, 0, 0, 0, 0.05f, 0, 0}, 3, 4);
            float[] near = Muon.orthogonal(x, 5).toFloats();
            assertThat(near[2]).isBetween(0.68f, 1.22f);
            assertThat(-near[4]).isBetween(0.68f, 1.22f);
            assertThat(near[9]).isBetween(0.68f, 1.22f);
            for (int i : new int[] {0, 1, 3, 5, 6, 7, 8, 10, 11}) {
                assertThat(near[i]).isCloseTo(0, within(1e-6f));
            }
        }
    }

    /** Every parameter that is not a matrix of a block is updated bit for bit as by AdamW, including its decay rule. */
    @Test
    void parametersOutsideTheMatricesOfBlocksAreUpdatedByAdamW() {
        Init ours = Init.of(Rng.seeded(1), 0.1);
        Init theirs = Init.of(Rng.seeded(1), 0.1);
        for (Init init : List.of(ours, theirs)) {
            init.as(Role.EMBEDDING).matrix("embedding", 7, 4);
            init.as(Role.HEAD).matrix("head", 7, 4);
            init.as(Role.ROUTER).matrix("router", 3, 4);
            init.as(Role.GATE).matrix("gate", 1, 4);
            init.ones("norm", 4);
            init.zeros("bias", 4);
        }
        try (Muon muon = SPEC.build(ours.parameters());
                AdamW adamw = new AdamW.Spec(List.of(0.9, 0.95), 1e-8, 0.1).build(theirs.parameters())) {
            for (int step = 0; step < 3; step++) {
                gradients(ours.parameters(), step);
                gradients(theirs.parameters(), step);
                muon.step(0.01, 1);
                adamw.step(0.01, 1);
                Gradients.clear(ours.parameters());
                Gradients.clear(theirs.parameters());
            }
            for (int i = 0; i < ours.parameters().size(); i++) {
                assertThat(ours.parameters().get(i).value().toFloats())
                        .as(ours.parameters().get(i).name())
                        .containsExactly(theirs.parameters().get(i).value().toFloats());
            }
            assertThat(muon.state()).containsOnlyKeys(adamw.state().keySet());
        }
        ours.parameters().forEach(p -> p.value().close());
        theirs.parameters().forEach(p -> p.value().close());
    }

    private static void gradients(List<Parameter> parameters, int step) {
        for (Parameter parameter : parameters) {
            try (Scope _ = Scope.open()) {
                Tensor direction =
                        Tensors.normal(Rng.seeded(step), 0, 1, parameter.value().shape());
                parameter.value().mul(direction).sum().backward();
            }
        }
    }

    @Test
    void checksItsConstants() {
        assertThatThrownBy(() -> new Muon.Spec(1, 5, List.of(0.9, 0.95), 1e-8, 0.1))
                .hasMessage("momentum (1.0) must be at least 0 and below 1");
        assertThatThrownBy(() -> new Muon.Spec(0.9, 0, List.of(0.9, 0.95), 1e-8, 0.1))
                .hasMessage("newton_schulz_steps (0) must be between 1 and 20");
        assertThatThrownBy(() -> new Muon.Spec(0.9, 5, List.of(0.9), 1e-8, 0.1))
                .hasMessage("betas ([0.9]) must be two numbers, each at least 0 and below 1");
    }
}
