package dev.mojave.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CustomOpTest {
    /** Returns the product of two tensors summed over the last dimension: y_i = sum_j x_ij w_ij. */
    private static Tensor rowProducts(Tensor x, Tensor w) {
        Tensor y;
        try (NoGrad _ = NoGrad.open()) {
            y = x.mul(w).sum(1);
        }
        return CustomOp.attach(y, List.of(x, w), gradient -> {
            Tensor column = gradient.unsqueeze(1);
            return List.of(column.mul(w.detach()), column.mul(x.detach()));
        });
    }

    @Test
    void gradientsEqualThoseOfAutograd() {
        try (Scope _ = Scope.open()) {
            Rng rng = Rng.seeded(3);
            Tensor a = Tensors.normal(rng, 0, 1, 4, 3).requireGrad(true);
            Tensor w = Tensors.normal(rng, 0, 1, 4, 3).requireGrad(true);

            rowProducts(a.mul(2), w).square().sum().backward();
            float[] customA = a.grad().orElseThrow().toFloats();
            float[] customW = w.grad().orElseThrow().toFloats();
            a.clearGrad();
            w.clearGrad();
            a.mul(2).mul(w).sum(1).square().sum().backward();

            assertThat(customA).containsExactly(a.grad().orElseThrow().toFloats());
            assertThat(customW).containsExactly(w.grad().orElseThrow().toFloats());
        }
    }

    @Test
    void anInputThatNeedsNoGradientIsLeftAlone() {
        try (Scope _ = Scope.open()) {
            Tensor a = Tensors.ones(DType.FLOAT32, 2, 3).requireGrad(true);
            Tensor w = Tensors.full(DType.FLOAT32, 5, 2, 3);
            rowProducts(a, w).sum().backward();
            assertThat(a.grad().orElseThrow().toFloats()).containsOnly(5f);
            assertThat(w.grad()).isEmpty();
        }
    }

    @Test
    void anOperationThatKeepsTheShapeIsASingleGraphNode() {
        try (Scope _ = Scope.open()) {
            Tensor leaf = Tensors.of(new float[] {1, 2, 3}, 3).requireGrad(true);
            Tensor factor = Tensors.of(new float[] {4, 5, 6}, 3).requireGrad(true);
            Tensor x = leaf.mul(2);
            for (int pass = 1; pass <= 2; pass++) {
                x = leaf.mul(2);
                Tensor in = x;
                Tensor y = CustomOp.attach(
                        x.detach().mul(factor.detach()),
                        List.of(x, factor),
                        dy -> List.of(dy.mul(factor.detach()), dy.mul(in.detach())));
                y.add(x).sum().backward();
                assertThat(leaf.grad().orElseThrow().toFloats()).containsExactly(10f * pass, 12f * pass, 14f * pass);
                assertThat(factor.grad().orElseThrow().toFloats()).containsExactly(2f * pass, 4f * pass, 6f * pass);
            }
        }
    }

    @Test
    void aGradientMayBeAddedInPlace() {
        try (Scope _ = Scope.open()) {
            Tensor factor = Tensors.of(new float[] {4, 5, 6}, 3).requireGrad(true);
            for (int pass = 1; pass <= 3; pass++) {
                boolean adds = pass > 1;
                CustomOp.attach(Tensors.ones(DType.FLOAT32, 3), List.of(factor), dy -> {
                            CustomOp.Target target = CustomOp.target(factor);
                            assertThat(target.adds()).isEqualTo(adds);
                            return List.of(
                                    adds
                                            ? target.gradient().addInPlace(dy, 1)
                                            : target.gradient().copyInPlace(dy));
                        })
                        .sum()
                        .backward();
                assertThat(factor.grad().orElseThrow().toFloats()).containsOnly(pass);
            }
        }
    }

    @Test
    void aJointMakesTheGradientOfAllItsOperationsOnce() {
        try (Scope _ = Scope.open()) {
            Tensor leaf = Tensors.of(new float[] {1, 2, 3}, 3).requireGrad(true);
            Tensor factor = Tensors.of(new float[] {4, 5, 6}, 3).requireGrad(true);
            for (int pass = 1; pass <= 2; pass++) {
                Tensor x = leaf.mul(2);
                List<Tensor> kept = new ArrayList<>();
                CustomOp.Joint joint = CustomOp.joint(x, List.of(factor), () -> {
                    assertThat(kept).hasSize(2);
                    Tensor sum = kept.get(0).add(kept.get(1));
                    return List.of(sum.mul(factor.detach()), sum.mul(x.detach()));
                });
                Tensor product = x.detach().mul(factor.detach());
                Tensor once = CustomOp.attach(product.detach(), joint, List.of(), dy -> {
                    kept.add(joint.keep(dy));
                    return List.of();
                });
                // The second operation has another input, which the first leads to.
                Tensor shrunk = once.sum().mul(2);
                Tensor twice = CustomOp.attach(product.sum().mul(shrunk.detach()), joint, List.of(shrunk), dy -> {
                    kept.add(joint.keep(dy.mul(shrunk.detach()).expand(3)));
                    return List.of(dy.mul(product.sum()));
                });
                twice.backward();
                float[] customLeaf = leaf.grad().orElseThrow().toFloats();
                float[] customFactor = factor.grad().orElseThrow().toFloats();
                leaf.clearGrad();
                factor.clearGrad();
                leaf.mul(2).mul(factor).sum().square().mul(2).backward();
                assertThat(customLeaf).containsExactly(leaf.grad().orElseThrow().toFloats());
                assertThat(customFactor)
                        .containsExactly(factor.grad().orElseThrow().toFloats());
                leaf.clearGrad();
                factor.clearGrad();
            }
        }
    }

    @Test
    void aJointOfAnInputWithoutGradientServesItsParameters() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.of(new float[] {1, 2, 3}, 3);
            Tensor factor = Tensors.of(new float[] {4, 5, 6}, 3).requireGrad(true);
            List<Tensor> kept = new ArrayList<>();
            CustomOp.Joint joint = CustomOp.joint(
                    x,
                    List.of(factor),
                    () -> List.of(
                            Tensors.zeros(DType.FLOAT32, 3), kept.getFirst().mul(x)));
            Tensor y = CustomOp.attach(x.mul(factor.detach()), joint, List.of(), dy -> {
                kept.add(joint.keep(dy));
                return List.of();
            });
            y.sum().backward();
            assertThat(factor.grad().orElseThrow().toFloats()).containsExactly(1, 2, 3);
            assertThat(x.grad()).isEmpty();
            try (NoGrad _ = NoGrad.open()) {
                CustomOp.Joint silent = CustomOp.joint(x, List.of(factor), List::of);
                assertThat(CustomOp.attach(x.mul(2), silent, List.of(), _ -> List.of())
                                .requiresGrad())
                        .isFalse();
            }
        }
    }

    @Test
    void nothingIsRecordedWithoutNeed() {
        try (Scope _ = Scope.open()) {
            Tensor a = Tensors.ones(DType.FLOAT32, 2, 3);
            assertThat(rowProducts(a, a).requiresGrad()).isFalse();
            Tensor b = Tensors.ones(DType.FLOAT32, 2, 3).requireGrad(true);
            try (NoGrad _ = NoGrad.open()) {
                assertThat(rowProducts(b, b).requiresGrad()).isFalse();
            }
        }
    }

    @Test
    void operationsChainAndShareInputs() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2).requireGrad(true);
            Tensor twice = rowProducts(x, x).unsqueeze(1).expand(2, 2);
            rowProducts(twice, x).sum().backward();
            float[] custom = x.grad().orElseThrow().toFloats();
            x.clearGrad();
            x.mul(x).sum(1).unsqueeze(1).expand(2, 2).mul(x).sum(1).sum().backward();
            assertThat(custom).containsExactly(x.grad().orElseThrow().toFloats());
        }
    }

    @Test
    void manyOperationsLeaveNothingBehind() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 8, 8).requireGrad(true);
            step(x);
            long live = LiveObjects.settled();
            for (int i = 0; i < 200; i++) {
                step(x);
            }
            assertThat(Scope.liveObjects()).isEqualTo(live);
        }
    }

    private static void step(Tensor x) {
        try (Scope _ = Scope.open()) {
            Tensor h = x;
            for (int depth = 0; depth < 10; depth++) {
                h = rowProducts(h, h).unsqueeze(1).expand(8, 8).mul(0.01);
            }
            h.sum().backward();
            x.clearGrad();
        }
    }

    @Test
    void aBackwardThatReturnsTooFewGradientsIsNamed() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.ones(DType.FLOAT32, 2).requireGrad(true);
            Tensor y;
            try (NoGrad _ = NoGrad.open()) {
                y = x.mul(1);
            }
            Tensor z = CustomOp.attach(y, List.of(x), gradient -> List.of());
            assertThatThrownBy(() -> z.sum().backward()).hasMessageContaining("one gradient for each input");
        }
    }
}
