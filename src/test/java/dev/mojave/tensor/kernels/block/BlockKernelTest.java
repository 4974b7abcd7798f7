package dev.mojave.tensor.kernels.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.ReferenceChecks;
import dev.mojave.tensor.kernels.pointwise.Gate;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.support.Projection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares both branches as one operation with one after the other: the same bits if rows are divided in the same way, and close numbers
 * otherwise.
 */
class BlockKernelTest {
    private static final int WIDTH = 16;
    private static final AttentionShape SHAPE = new AttentionShape(2, 1, 8, Optional.empty());

    private final Rng rng = Rng.seeded(20261123);

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "1, 70, 0", "12, 64, 0", "3, 33, 0.3", "8, 130, 0.2", "5, 257, 0"})
    void oneOperationIsTwoInARow(int batch, int tokens, double dropout) {
        try (Scope _ = Scope.open()) {
            List<Tensor> in = inputs(batch, tokens);
            Tensor dy = Tensors.normal(rng, 0, 1, batch, tokens, WIDTH);
            List<Tensor> together = run(in, dy, dropout, true);
            List<Tensor> apart = run(in, dy, dropout, false);
            for (int i = 0; i < together.size(); i++) {
                ReferenceChecks.close(together.get(i), apart.get(i), 1e-4);
            }
        }
    }

    @Test
    void theSameBitsEveryTimeAndWithoutRecording() {
        try (Scope _ = Scope.open()) {
            List<Tensor> in = inputs(12, 40);
            Tensor dy = Tensors.normal(rng, 0, 1, 12, 40, WIDTH);
            List<Tensor> first = run(in, dy, 0, true);
            List<Tensor> second = run(in, dy, 0, true);
            for (int i = 0; i < first.size(); i++) {
                assertThat(second.get(i).toFloats())
                        .containsExactly(first.get(i).toFloats());
            }
            try (NoGrad _ = NoGrad.open()) {
                assertThat(BlockKernel.apply(in.getFirst(), branches(in, 0, DType.FLOAT32))
                                .toFloats())
                        .containsExactly(first.getFirst().toFloats());
            }
        }
    }

    private List<Tensor> run(List<Tensor> in, Tensor dy, double dropout, boolean together) {
        in.forEach(t -> t.requireGrad(true));
        in.forEach(Tensor::clearGrad);
        Rng.dropout().restore(Rng.seeded(7).state());
        List<ResidualBranch> branches = branches(in, dropout, DType.FLOAT32);
        Tensor y = together
                ? BlockKernel.apply(in.getFirst(), branches)
                : BlockKernel.apply(
                        BlockKernel.apply(in.getFirst(), List.of(branches.getFirst())), List.of(branches.getLast()));
        y.backward(dy);
        List<Tensor> all = new ArrayList<>(List.of(y.detach()));
        in.forEach(t -> all.add(t.grad().orElseThrow()));
        return all;
    }

    private static List<ResidualBranch> branches(List<Tensor> t, double dropout, DType compute) {
        return List.of(
                AttentionBranch.of(
                        new AttentionBranch.Weights(norm(t.get(1)), projection(t, 2), SHAPE, projection(t, 4)),
                        Optional.empty(),
                        dropout,
                        dropout,
                        compute),
                FeedForwardBranch.of(
                        new FeedForwardBranch.Weights(norm(t.get(6)), projection(t, 7), Gate.SWIGLU, projection(t, 9)),
                        dropout,
                        compute));
    }

    private static Normalisation norm(Tensor weight) {
        return new Normalisation(true, weight, Optional.empty(), 1e-5);
    }

    private static Projection projection(List<Tensor> t, int at) {
        return new Projection(t.get(at), Optional.of(t.get(at + 1)));
    }

    private List<Tensor> inputs(long batch, long tokens) {
        long[][] matrices = {{SHAPE.projected(), WIDTH}, {WIDTH, SHAPE.queryWidth()}, {2 * 24, WIDTH}, {WIDTH, 24}};
        List<Tensor> in = new ArrayList<>(List.of(Tensors.normal(rng, 0, 1, batch, tokens, WIDTH)));
        for (int i = 0; i < matrices.length; i++) {
            if (i % 2 == 0) {
                in.add(Tensors.normal(rng, 1, 0.3, WIDTH));
            }
            in.add(Tensors.normal(rng, 0, 0.3, matrices[i]));
            in.add(Tensors.normal(rng, 0, 0.3, matrices[i][0]));
        }
        return in;
    }
}
