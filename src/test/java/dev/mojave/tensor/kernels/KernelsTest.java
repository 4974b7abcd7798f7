package dev.mojave.tensor.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.engine.Engine;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import dev.mojave.tensor.kernels.head.SoftmaxCrossEntropy;
import dev.mojave.tensor.kernels.optimizer.AdamWKernel;
import dev.mojave.tensor.kernels.optimizer.GradientNorm;
import dev.mojave.tensor.kernels.pointwise.GeluKernel;
import dev.mojave.tensor.kernels.pointwise.SwiGluKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares every fused kernel with its reference implementation: odd sizes, one element, extreme values, gradients, thread counts. */
public class KernelsTest {
    private static final long SEED = 20261123;

    private final Rng rng = Rng.seeded(SEED);

    @BeforeAll
    public static void kernelsAreFused() {
        System.getLogger(KernelsTest.class.getName()).log(System.Logger.Level.INFO, "seed " + SEED);
        assertThat(Engine.current().fused())
                .as("the tests run with the vector module")
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 15, 16, 17, 33, 1000, 16_383, 16_384, 16_385, 40_001})
    public void geluMatchesItsReferenceForwardAndBackward(long size) {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(rng, 0, 3, size);
            ReferenceChecks.compare(
                    rng,
                    List.of(x),
                    in -> GeluKernel.apply(in.getFirst()),
                    in -> GeluKernel.plain(in.getFirst()),
                    2e-6);
        }
    }

    @Test
    public void geluHoldsAtExtremes() {
        try (Scope _ = Scope.open()) {
            float[] extremes = {
                0f, -0f, 1e-30f, -1e-30f, 1e-4f, 5f, -5f, 10f, -10f, 14f, -14f, 88f, -88f, 1e4f, -1e4f, 3e38f, Float.NaN
            };
            float[] fused =
                    GeluKernel.apply(Tensors.of(extremes, extremes.length)).toFloats();
            float[] plain =
                    GeluKernel.plain(Tensors.of(extremes, extremes.length)).toFloats();
            for (int i = 0; i < extremes.length - 1; i++) {
                assertThat(fused[i])
                        .as("gelu(%s)", extremes[i])
                        .isCloseTo(plain[i], within(1e-6f * Math.max(1, Math.abs(plain[i]))));
            }
            assertThat(fused[extremes.length - 1]).isNaN();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 16, 17, 127, 5003})
    public void swiGluMatchesItsReferenceForwardAndBackward(long width) {
        for (long rows : new long[] {1, 3, 7}) {
            try (Scope _ = Scope.open()) {
                Tensor gateUp = Tensors.normal(rng, 0, 4, rows, 1, 2 * width);
                ReferenceChecks.compare(
                        rng,
                        List.of(gateUp),
                        in -> SwiGluKernel.apply(in.getFirst()),
                        in -> SwiGluKernel.plain(in.getFirst()),
                        4e-6);
            }
        }
    }

    @Test
    void swiGluRefusesAnOddWidth() {
        try (Scope _ = Scope.open()) {
            assertThatThrownBy(() -> SwiGluKernel.apply(Tensors.ones(DType.FLOAT32, 2, 3)))
                    .hasMessage("gate and up are not two halves of 3");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 16, 65, 129, 2003})
    public void crossEntropyMatchesItsReference(long classes) {
        for (long rows : new long[] {1, 3, 41}) {
            try (Scope _ = Scope.open()) {
                Tensor logits = Tensors.normal(rng, 0, 5, rows, classes);
                long[] targets = new long[(int) rows];
                for (int i = 0; i < rows; i++) {
                    targets[i] = rows > 2 && i % 5 == 2 ? SoftmaxCrossEntropy.IGNORED : (i * 31L + 7) % classes;
                }
                Tensor targetsN = Tensors.of(targets, rows);
                ReferenceChecks.compare(
                        rng,
                        List.of(logits),
                        in -> SoftmaxCrossEntropy.apply(in.getFirst(), targetsN).mul(3),
                        in -> SoftmaxCrossEntropy.plain(in.getFirst(), targetsN).mul(3),
                        3e-6);
            }
        }
    }

    @Test
    void crossEntropyConsumesOnlyWhenAskedAndOnlyForGradients() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(rng, 0, 1, 9, 33).requireGrad(true);
            Tensor targets = Tensors.of(new long[] {0, 1, 2, 3, 4, 5, 6, 7, 32}, 9);
            Tensor logits = x.mul(1);
            float[] before = logits.toFloats();
            SoftmaxCrossEntropy.apply(logits, targets);
            SoftmaxCrossEntropy.consuming(logits.detach(), targets);
            assertThat(logits.toFloats()).isEqualTo(before);
            SoftmaxCrossEntropy.consuming(logits, targets).backward();
            assertThat(logits.toFloats()).isNotEqualTo(before);
            float[] consumed = x.grad().orElseThrow().toFloats();
            x.clearGrad();
            SoftmaxCrossEntropy.plain(x, targets).backward();
            assertThat(consumed).containsExactly(x.grad().orElseThrow().toFloats(), within(1e-7f));
        }
    }

    @Test
    public void crossEntropyHoldsAtExtremes() {
        try (Scope _ = Scope.open()) {
            float minus = Float.NEGATIVE_INFINITY;
            Tensor logits = Tensors.of(new float[] {1e4f, -1e4f, 0, minus, 3, minus, -80, -81, -82}, 3, 3);
            Tensor targets = Tensors.of(new long[] {0, 1, 2}, 3);
            assertThat(SoftmaxCrossEntropy.apply(logits, targets).item())
                    .isCloseTo(SoftmaxCrossEntropy.plain(logits, targets).item(), within(1e-6));
            Tensor broken = Tensors.of(new float[] {1, Float.NaN, 2}, 1, 3);
            assertThat(SoftmaxCrossEntropy.apply(broken, Tensors.of(new long[] {0}, 1))
                            .item())
                    .isNaN();
        }
    }

    @Test
    void crossEntropyRefusesATargetThatIsNoClass() {
        try (Scope _ = Scope.open()) {
            Tensor logits = Tensors.ones(DType.FLOAT32, 2, 5);
            assertThatThrownBy(() -> SoftmaxCrossEntropy.apply(logits, Tensors.of(new long[] {0, 5}, 2)))
                    .hasMessage("target 5 is not a class in [0, 5)");
            assertThatThrownBy(() -> SoftmaxCrossEntropy.apply(logits, Tensors.of(new long[] {0}, 1)))
                    .hasMessage("1 targets for 2 rows of logits");
        }
    }

    @Test
    public void adamWMatchesItsReferenceOverManySteps() {
        try (Scope _ = Scope.open()) {
            List<Tensor> shapes = List.of(
                    Tensors.normal(rng, 0, 1, 1), Tensors.normal(rng, 0, 1, 17), Tensors.normal(rng, 0, 1, 131, 257));
            List<AdamWKernel.Slot> fused = slots(shapes);
            List<AdamWKernel.Slot> plain = slots(shapes);
            for (int step = 1; step <= 20; step++) {
                for (int i = 0; i < shapes.size(); i++) {
                    Tensor gradient = Tensors.normal(
                            rng, 0, Math.pow(10, -step % 5), shapes.get(i).shape());
                    fused.get(i).gradient().copyInPlace(gradient);
                    plain.get(i).gradient().copyInPlace(gradient);
                }
                AdamWKernel.Settings settings = new AdamWKernel.Settings(1e-2, 0.9, 0.99, 1e-8, step, 0.3);
                AdamWKernel.step(fused, settings);
                AdamWKernel.plain(plain, settings);
            }
            for (int i = 0; i < shapes.size(); i++) {
                ReferenceChecks.close(fused.get(i).parameter(), plain.get(i).parameter(), 2e-6);
                ReferenceChecks.close(fused.get(i).firstMoment(), plain.get(i).firstMoment(), 2e-6);
                ReferenceChecks.close(fused.get(i).secondMoment(), plain.get(i).secondMoment(), 2e-6);
            }
        }
    }

    @Test
    void adamWRefusesImpossibleSettings() {
        assertThatThrownBy(() -> new AdamWKernel.Settings(1e-3, 1.0, 0.99, 1e-8, 1, 1))
                .hasMessageContaining("betas");
        assertThatThrownBy(() -> new AdamWKernel.Settings(1e-3, 0.9, 0.99, 1e-8, 0, 1))
                .hasMessage("step (0) counts from 1");
    }

    @Test
    public void gradientNormMatchesItsReferenceAndReportsNonFiniteGradients() {
        try (Scope _ = Scope.open()) {
            List<Tensor> gradients = List.of(
                    Tensors.normal(rng, 0, 1, 1),
                    Tensors.normal(rng, 0, 1e-4, 33),
                    Tensors.normal(rng, 0, 2, 150, 151));
            double plain = GradientNorm.plain(gradients);
            assertThat(GradientNorm.of(gradients)).isCloseTo(plain, within(plain * 1e-12));
            assertThat(GradientNorm.of(List.of(Tensors.full(DType.FLOAT32, 3e38, 5))))
                    .isFinite();
            assertThat(GradientNorm.of(List.of(Tensors.full(DType.FLOAT32, Double.NaN, 1))))
                    .isNaN();
            assertThat(GradientNorm.of(List.of())).isZero();
        }
    }

    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        EngineChoice before = Engine.current();
        List<float[]> one;
        List<float[]> three;
        try {
            one = withThreads(1, KernelsTest::everyKernel);
            three = withThreads(3, KernelsTest::everyKernel);
        } finally {
            Engine.pin(before);
        }
        for (int i = 0; i < one.size(); i++) {
            assertThat(three.get(i)).as("result %d", i).isEqualTo(one.get(i));
        }
    }

    private static <T> T withThreads(int threads, Supplier<T> body) {
        Engine.configure(
                new EngineRequest("auto", "auto", "auto", Integer.toString(threads), "auto"),
                dev.mojave.base.Progress.SILENT);
        return body.get();
    }

    private static List<float[]> everyKernel() {
        Rng rng = Rng.seeded(SEED);
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(rng, 0, 2, 150, 202).requireGrad(true);
            Tensor targets = Tensors.zeros(DType.INT64, 150);
            Tensor loss = SoftmaxCrossEntropy.apply(SwiGluKernel.apply(GeluKernel.apply(x)), targets);
            loss.backward();
            Tensor gradient = x.grad().orElseThrow();
            double norm = GradientNorm.of(List.of(gradient));
            List<AdamWKernel.Slot> slots = slots(List.of(x.detach()));
            slots.getFirst().gradient().copyInPlace(gradient);
            AdamWKernel.step(slots, new AdamWKernel.Settings(1e-2, 0.9, 0.99, 1e-8, 1, 1 / norm));
            return List.of(
                    loss.toFloats(),
                    gradient.toFloats(),
                    new float[] {(float) norm, (float) (norm * 1e9 % 1)},
                    slots.getFirst().parameter().toFloats());
        }
    }

    private static List<AdamWKernel.Slot> slots(List<Tensor> shapes) {
        List<AdamWKernel.Slot> slots = new ArrayList<>();
        for (Tensor shape : shapes) {
            slots.add(new AdamWKernel.Slot(
                    shape.copy(),
                    Tensors.zeros(DType.FLOAT32, shape.shape()),
                    Tensors.zeros(DType.FLOAT32, shape.shape()),
                    Tensors.zeros(DType.FLOAT32, shape.shape()),
                    slots.size() % 2 * 0.1));
        }
        return slots;
    }
}
