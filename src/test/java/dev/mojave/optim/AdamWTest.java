package dev.mojave.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.nn.Init;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdamWTest {
    private static final AdamW.Spec SPEC = new AdamW.Spec(List.of(0.9, 0.95), 1e-8, 0.1);

    /** The formula of the update in double precision. */
    private static final class Oracle {
        final double[] weight;
        final double[] first;
        final double[] second;
        int steps;

        Oracle(float[] start) {
            weight = new double[start.length];
            for (int i = 0; i < start.length; i++) {
                weight[i] = start[i];
            }
            first = new double[start.length];
            second = new double[start.length];
        }

        void step(float[] gradient, double scale, double learningRate, double decay) {
            steps++;
            for (int i = 0; i < weight.length; i++) {
                double g = gradient[i] * scale;
                first[i] = 0.9 * first[i] + 0.1 * g;
                second[i] = 0.95 * second[i] + 0.05 * g * g;
                double mean = first[i] / (1 - Math.pow(0.9, steps));
                double variance = second[i] / (1 - Math.pow(0.95, steps));
                weight[i] -= learningRate * (decay * weight[i] + mean / (Math.sqrt(variance) + 1e-8));
            }
        }
    }

    @Test
    void updatesFollowTheFormulaAndOnlyMatricesDecay() {
        Init init = Init.of(Rng.seeded(5), 1);
        Tensor matrix = init.matrix("matrix", 7, 5);
        Tensor vector = init.ones("vector", 13);
        Oracle matrixOracle = new Oracle(matrix.toFloats());
        Oracle vectorOracle = new Oracle(vector.toFloats());
        try (AdamW optimizer = new AdamW(SPEC, init.parameters())) {
            for (int step = 0; step < 12; step++) {
                double scale = step % 2 == 0 ? 1 : 0.25;
                double learningRate = 0.01 * (step + 1);
                float[] matrixGradient = backward(matrix, step);
                float[] vectorGradient = backward(vector, step + 1);
                optimizer.step(learningRate, scale);
                Gradients.clear(init.parameters());
                matrixOracle.step(matrixGradient, scale, learningRate, 0.1);
                vectorOracle.step(vectorGradient, scale, learningRate, 0);
            }
            assertThat(optimizer.steps()).isEqualTo(12);
        }
        assertClose(matrix, matrixOracle);
        assertClose(vector, vectorOracle);
        init.parameters().forEach(p -> p.value().close());
    }

    private static float[] backward(Tensor tensor, int step) {
        try (Scope _ = Scope.open()) {
            tensor.mul(tensor).mul(tensor).mul(0.3 + 0.1 * step).sum().backward();
            return tensor.grad().orElseThrow().toFloats();
        }
    }

    private static void assertClose(Tensor tensor, Oracle oracle) {
        float[] weight = tensor.toFloats();
        for (int i = 0; i < weight.length; i++) {
            assertThat((double) weight[i])
                    .isCloseTo(oracle.weight[i], within(2e-6 * Math.max(1, Math.abs(oracle.weight[i]))));
        }
    }

    @Test
    void aParameterWithoutGradientIsUnchanged() {
        Init init = Init.of(Rng.seeded(5), 1);
        Tensor matrix = init.matrix("matrix", 3, 2);
        float[] before = matrix.toFloats();
        try (AdamW optimizer = new AdamW(SPEC, init.parameters())) {
            optimizer.step(0.1, 1);
        }
        assertThat(matrix.toFloats()).containsExactly(before);
        matrix.close();
    }

    @Test
    void stateIsNamedByParameter() {
        Init init = Init.of(Rng.seeded(5), 1);
        init.child("layer").matrix("weight", 3, 2);
        try (AdamW optimizer = new AdamW(SPEC, init.parameters())) {
            assertThat(optimizer.state()).containsOnlyKeys("exp_avg.layer.weight", "exp_avg_sq.layer.weight");
        }
        init.parameters().forEach(p -> p.value().close());
    }

    @Test
    void theNormIsOverAllGradientsAndClippingBringsItToTheLimit() {
        Init init = Init.of(Rng.seeded(5), 1);
        Tensor a = init.ones("a", 4);
        Tensor b = init.ones("b", 5);
        try (Scope _ = Scope.open()) {
            a.mul(2).sum().add(b.mul(-2).sum()).backward();
        }
        List<Parameter> parameters = init.parameters();
        assertThat(Gradients.norm(parameters)).isCloseTo(6, within(1e-6));
        assertThat(Gradients.clipScale(6, 1.5)).isCloseTo(0.25, within(1e-6));
        assertThat(Gradients.clipScale(1, 1.5)).isEqualTo(1);
        assertThat(Gradients.clipScale(6, 0)).isEqualTo(1);
        parameters.forEach(p -> p.value().close());
    }
}
