package dev.mojave.tensor.kernels.mixture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.ReferenceChecks;
import dev.mojave.tensor.kernels.head.LogitsKernel;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares the kernels of routers on (tokens, experts) with their reference implementations in float64: one token, one expert, more experts
 * than lanes of a vector.
 */
public class RouterKernelsTest {
    private final Rng rng = Rng.seeded(20261123);

    @ParameterizedTest
    @CsvSource({"1, 5, 1", "7, 20, 4", "900, 33, 64"})
    public void logitsEqualTheirReference(int tokens, int width, int experts) {
        try (Scope _ = Scope.open()) {
            ReferenceChecks.compareSums(
                    rng,
                    List.of(Tensors.normal(rng, 0, 1, tokens, width), Tensors.normal(rng, 0, 1, experts, width)),
                    t -> LogitsKernel.apply(t.get(0).mul(2), t.get(1)),
                    t -> LogitsKernel.plain(t.get(0).mul(2), t.get(1)),
                    (double) width + experts + tokens,
                    1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 4", "613, 67"})
    void softmaxEqualsItsReference(int rows, int width) {
        try (Scope _ = Scope.open()) {
            ReferenceChecks.compare(
                    rng,
                    List.of(Tensors.normal(rng, 0, 30, rows, width)),
                    t -> SoftmaxKernel.apply(t.get(0)),
                    t -> SoftmaxKernel.plain(t.get(0)),
                    1e-5);
        }
    }

    @Test
    void softmaxHoldsAtExtremeLogits() {
        try (Scope _ = Scope.open()) {
            Tensor p = SoftmaxKernel.apply(Tensors.of(new float[] {1e30f, 0, -1e30f, -3e38f, -3e38f, -3e38f}, 2, 3));
            assertThat(p.toFloats()[0]).isEqualTo(1);
            assertThat(p.toFloats()[1]).isLessThan(1e-37f);
            assertThat(p.toFloats()[4]).isEqualTo(1 / 3f);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1, true", "7, 4, 2, false", "7, 4, 2, true", "613, 67, 5, true", "613, 67, 67, true"})
    void chosenWeightsEqualTheirReference(int tokens, int experts, int topK, boolean normalised) {
        try (Scope _ = Scope.open()) {
            Tensor p = Tensors.uniform(rng, 0, 1, tokens, experts);
            assertThat(TopKKernel.apply(p, topK, normalised).indices())
                    .containsExactly(TopKKernel.plain(p, topK, normalised).indices());
            ReferenceChecks.compare(
                    rng,
                    List.of(p),
                    t -> TopKKernel.apply(t.get(0), topK, normalised).weightsTK(),
                    t -> TopKKernel.plain(t.get(0), topK, normalised).weightsTK(),
                    1e-5);
        }
    }

    @Test
    void ofEqualProbabilitiesTheFirstIsChosen() {
        try (Scope _ = Scope.open()) {
            Tensor p = Tensors.of(new float[] {0.2f, 0.3f, 0.2f, 0.3f, 0.5f, 0.5f, 0.5f, 0.5f}, 2, 4);
            assertThat(TopKKernel.apply(p, 3, false).indices()).containsExactly(1, 3, 0, 0, 1, 2);
        }
    }

    @Test
    void valuesThatAreNotNumbersStillNameExperts() {
        try (Scope _ = Scope.open()) {
            Tensor p = Tensors.full(dev.mojave.tensor.DType.FLOAT32, Double.NaN, 2, 3);
            assertThat(TopKKernel.apply(p, 2, true).indices()).containsExactly(0, 1, 0, 1);
        }
    }
}
