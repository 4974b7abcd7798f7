package dev.mojave.tensor.kernels.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.ReferenceChecks;
import dev.mojave.tensor.kernels.pointwise.EmbeddingKernel;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.Precision;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the embedding and the head with loss with their reference implementations in float64. */
public class HeadLossKernelTest {
    private final Rng rng = Rng.seeded(20261126);

    /** The widest vocabulary needs several chunks. */
    @ParameterizedTest
    @CsvSource({"1, 1, 2", "5, 16, 65", "130, 20, 17", "700, 8, 20011"})
    public void headMatchesItsReference(int tokens, int width, int classes) {
        try (Scope _ = Scope.open()) {
            Tensor targetsN = targets(tokens, classes);
            List<Tensor> in = inputs(tokens, width, classes);
            ReferenceChecks.compareSums(
                    rng,
                    in,
                    t -> HeadLossKernel.apply(t.get(0), targetsN, norm(t), t.get(3), DType.FLOAT32)
                            .mul(3),
                    t -> HeadLossKernel.plain(t.get(0), targetsN, norm(t), t.get(3), DType.FLOAT32)
                            .mul(3),
                    6.0 * width + 2.0 * classes + tokens,
                    width == 1 ? 1 / Math.sqrt(1e-5) : 1);
            try (NoGrad _ = NoGrad.open()) {
                assertThat(HeadLossKernel.apply(in.get(0), targetsN, norm(in), in.get(3), DType.FLOAT32)
                                .item())
                        .isCloseTo(
                                HeadLossKernel.plain(in.get(0), targetsN, norm(in), in.get(3), DType.FLOAT32)
                                        .item(),
                                within(1e-5));
            }
        }
    }

    /** The longest path has five roundings: norm, weights, and in the gradient those of the logits, the weights and the norm. */
    @ParameterizedTest
    @CsvSource({"5, 16, 65, NARROW", "130, 20, 17, ROUNDED", "600, 8, 20011, NARROW", "600, 9, 20011, ROUNDED"})
    void headInMixedPrecision(int tokens, int width, int classes, Precision precision) {
        ReferenceChecks.assumeMultiplies(precision);
        try (Scope _ = Scope.open()) {
            Tensor targetsN = targets(tokens, classes);
            ReferenceChecks.compareMixed(
                    rng,
                    inputs(tokens, width, classes),
                    t -> HeadLossKernel.fused(t.get(0), targetsN, norm(t), t.get(3), precision),
                    (t, compute) -> HeadLossKernel.plain(t.get(0), targetsN, norm(t), t.get(3), compute),
                    5,
                    0.7 * Math.sqrt(width)); // A sum of width products of 1 and 0.7.
        }
    }

    private static Tensor targets(int tokens, int classes) {
        long[] targets = new long[tokens];
        for (int i = 0; i < tokens; i++) {
            targets[i] = tokens > 2 && i % 7 == 3 ? SoftmaxCrossEntropy.IGNORED : (i * 31L + 1) % classes;
        }
        return Tensors.of(targets, tokens);
    }

    private List<Tensor> inputs(int tokens, int width, int classes) {
        return List.of(
                Tensors.normal(rng, 0, 1, tokens, width),
                Tensors.normal(rng, 1, 0.3, width),
                Tensors.normal(rng, 0, 0.2, width),
                Tensors.normal(rng, 0, 0.7, classes, width));
    }

    @Test
    void headRefusesATargetThatIsNoClass() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 2, 4);
            Tensor head = Tensors.ones(DType.FLOAT32, 5, 4);
            Normalisation norm = new Normalisation(false, Tensors.ones(DType.FLOAT32, 4), Optional.empty(), 1e-5);
            assertThatThrownBy(() ->
                            HeadLossKernel.apply(x, Tensors.of(new long[] {0, 5}, 2), norm, head, DType.FLOAT32))
                    .hasMessage("target 5 is not a class in [0, 5)");
            assertThatThrownBy(() -> HeadLossKernel.apply(x, Tensors.of(new long[] {0}, 1), norm, head, DType.FLOAT32))
                    .hasMessage("1 targets for 2 tokens");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 3", "3, 7, 65", "2, 40, 130"})
    void embeddingMatchesItsReference(int batch, int tokens, int width) {
        try (Scope _ = Scope.open()) {
            long[] ids = new long[batch * tokens];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (i * 5L + i / 3) % 11;
            }
            Tensor idsBS = Tensors.of(ids, batch, tokens);
            List<Tensor> in =
                    List.of(Tensors.normal(rng, 0, 1, 11, width), Tensors.normal(rng, 0, 1, tokens + 2, width));
            ReferenceChecks.compare(
                    rng,
                    in,
                    t -> EmbeddingKernel.apply(t.get(0), idsBS, Optional.of(t.get(1))),
                    t -> EmbeddingKernel.plain(t.get(0), idsBS, Optional.of(t.get(1))),
                    1e-5);
            ReferenceChecks.compare(
                    rng,
                    in.subList(0, 1),
                    t -> EmbeddingKernel.apply(t.get(0), idsBS, Optional.empty()),
                    t -> EmbeddingKernel.plain(t.get(0), idsBS, Optional.empty()),
                    1e-5);
        }
    }

    @Test
    void embeddingRefusesATokenThatIsNone() {
        try (Scope _ = Scope.open()) {
            Tensor weight = Tensors.ones(DType.FLOAT32, 3, 2);
            assertThatThrownBy(() ->
                            EmbeddingKernel.apply(weight, Tensors.of(new long[] {0, 3}, 1, 2), Optional.empty()))
                    .hasMessage("token 3 is not in the vocabulary [0, 3)");
        }
    }

    private static Normalisation norm(List<Tensor> t) {
        return new Normalisation(true, t.get(1), Optional.of(t.get(2)), 1e-5);
    }
}
