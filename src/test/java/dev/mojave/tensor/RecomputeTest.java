package dev.mojave.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RecomputeTest {
    /** Runs a loss over two applications of a body with a weight; returns the loss and both gradients. */
    private static List<float[]> run(BiFunction<Tensor, UnaryOperator<Tensor>, Tensor> how, double dropout) {
        try (Scope _ = Scope.open()) {
            Rng.dropout().reseed(5);
            Tensor x = Tensors.normal(Rng.seeded(1), 0, 1, 6, 8).requireGrad(true);
            Tensor w = Tensors.normal(Rng.seeded(2), 0, 1, 8, 8).requireGrad(true);
            UnaryOperator<Tensor> body = in -> Functions.dropout(Functions.silu(in.matmul(w)), dropout);
            Tensor loss = how.apply(how.apply(x.mul(2), body), body).square().sum();
            loss.backward();
            // The next random numbers must not depend on it either.
            float next = (float) Functions.dropout(Tensors.ones(DType.FLOAT32, 64), 0.5)
                    .sum()
                    .item();
            return List.of(
                    new float[] {(float) loss.item(), next},
                    x.grad().orElseThrow().toFloats(),
                    w.grad().orElseThrow().toFloats());
        }
    }

    @Test
    void givesTheSameBitsAsKeepingEverything() {
        for (double dropout : new double[] {0, 0.3}) {
            List<float[]> kept = run((x, body) -> body.apply(x), dropout);
            List<float[]> again = run(Recompute::apply, dropout);
            for (int i = 0; i < kept.size(); i++) {
                assertThat(again.get(i)).containsExactly(kept.get(i));
            }
        }
    }

    @Test
    void keepsNothingButItsResult() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 4).requireGrad(true);
            long before = LiveObjects.settled();
            Tensor plain = deep(x);
            long plainObjects = Scope.liveObjects() - before;
            before = Scope.liveObjects();
            Tensor again = Recompute.apply(x, RecomputeTest::deep);
            assertThat(Scope.liveObjects() - before).isLessThan(plainObjects / 2);
            assertThat(again.toFloats()).containsExactly(plain.toFloats());
        }
    }

    private static Tensor deep(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < 100; i++) {
            y = y.add(1.0);
        }
        return y;
    }

    @Test
    void withoutAGradientItIsTheBody() {
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 2).requireGrad(true);
            assertThat(Recompute.apply(x, in -> in)).isSameAs(x);
        }
    }
}
