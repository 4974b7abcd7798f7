package dev.mojave.tensor.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.block.AttentionBranch;
import dev.mojave.tensor.kernels.block.AttentionShape;
import dev.mojave.tensor.kernels.block.BlockKernel;
import dev.mojave.tensor.kernels.block.FeedForwardBranch;
import dev.mojave.tensor.kernels.head.HeadLossKernel;
import dev.mojave.tensor.kernels.head.LogitsKernel;
import dev.mojave.tensor.kernels.head.SoftmaxCrossEntropy;
import dev.mojave.tensor.kernels.head.TokenLosses;
import dev.mojave.tensor.kernels.mixture.ExpertsKernel;
import dev.mojave.tensor.kernels.mixture.MixtureBranch;
import dev.mojave.tensor.kernels.mixture.Routes;
import dev.mojave.tensor.kernels.mixture.TopKKernel;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import dev.mojave.tensor.kernels.pointwise.EmbeddingKernel;
import dev.mojave.tensor.kernels.pointwise.Gate;
import dev.mojave.tensor.kernels.pointwise.GeluKernel;
import dev.mojave.tensor.kernels.pointwise.Normalisation;
import dev.mojave.tensor.kernels.pointwise.SoftmaxKernel;
import dev.mojave.tensor.kernels.pointwise.SwiGluKernel;
import dev.mojave.tensor.kernels.support.DropoutMask;
import dev.mojave.tensor.kernels.support.Precision;
import dev.mojave.tensor.kernels.support.Projection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Zero rows are a valid number of rows: results have the right shape, and gradients of shared parameters are zero. */
class NoRowsTest {
    private static final int WIDTH = 8;

    private final Rng rng = Rng.seeded(20261130);
    private final Scope scope = Scope.open();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @Test
    void elementwise() {
        holds(
                List.of(rows(WIDTH)),
                new long[] {0, WIDTH},
                t -> GeluKernel.apply(t.getFirst().mul(1)));
        holds(
                List.of(rows(2 * WIDTH)),
                new long[] {0, WIDTH},
                t -> SwiGluKernel.apply(t.getFirst().mul(1)));
        holds(
                List.of(rows(WIDTH)),
                new long[] {0, WIDTH},
                t -> DropoutKernel.apply(t.getFirst().mul(1), 0.5));
    }

    @Test
    void ofRouters() {
        holds(
                List.of(rows(WIDTH), Tensors.normal(rng, 0, 1, 4, WIDTH)),
                new long[] {0, 4},
                t -> LogitsKernel.apply(t.get(0).mul(1), t.get(1)));
        holds(
                List.of(rows(4)),
                new long[] {0, 4},
                t -> SoftmaxKernel.apply(t.getFirst().mul(1)));
        for (boolean normalised : new boolean[] {false, true}) {
            holds(
                    List.of(rows(4)),
                    new long[] {0, 2},
                    t -> TopKKernel.apply(t.getFirst().mul(1), 2, normalised).weightsTK());
        }
    }

    @Test
    void embeddings() {
        Tensor none = Tensors.zeros(DType.INT64, 0, 5);
        holds(
                List.of(Tensors.normal(rng, 0, 1, 9, WIDTH), Tensors.normal(rng, 0, 1, 5, WIDTH)),
                new long[] {0, 5, WIDTH},
                t -> EmbeddingKernel.apply(t.get(0), none, Optional.of(t.get(1))));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void residualBranches(Precision precision) {
        ReferenceChecks.assumeMultiplies(precision);
        List<Tensor> in = List.of(
                rows(WIDTH),
                Tensors.normal(rng, 1, 0.3, WIDTH),
                Tensors.normal(rng, 0, 0.3, 2 * 5, WIDTH),
                Tensors.normal(rng, 0, 0.3, WIDTH, 5));
        holds(
                in,
                new long[] {0, WIDTH},
                t -> BlockKernel.apply(
                        t.getFirst().mul(1),
                        List.of(new FeedForwardBranch(
                                new FeedForwardBranch.Weights(
                                        norm(t.get(1)), plain(t.get(2)), Gate.SWIGLU, plain(t.get(3))),
                                DropoutMask.draw(0),
                                precision))));
        for (long[] shape : new long[][] {{0, 3, WIDTH}, {3, 0, WIDTH}}) {
            List<Tensor> attention = List.of(
                    Tensors.zeros(DType.FLOAT32, shape),
                    Tensors.normal(rng, 1, 0.3, WIDTH),
                    Tensors.normal(rng, 0, 0.3, 3 * WIDTH, WIDTH),
                    Tensors.normal(rng, 0, 0.3, WIDTH, WIDTH));
            AttentionShape heads = new AttentionShape(2, 2, WIDTH / 2, Optional.empty());
            holds(
                    attention,
                    shape,
                    t -> BlockKernel.apply(
                            t.getFirst().mul(1),
                            List.of(new AttentionBranch(
                                    new AttentionBranch.Weights(
                                            norm(t.get(1)), plain(t.get(2)), heads, plain(t.get(3))),
                                    Optional.empty(),
                                    DropoutMask.draw(0),
                                    DropoutMask.draw(0),
                                    precision))));
        }
    }

    @Test
    void experts() {
        List<Tensor> in = List.of(
                rows(WIDTH),
                Tensors.zeros(DType.FLOAT32, 0, 2),
                Tensors.normal(rng, 0, 0.3, 3, 2 * 5, WIDTH),
                Tensors.normal(rng, 0, 0.3, 3, WIDTH, 5),
                Tensors.normal(rng, 1, 0.3, WIDTH));
        Routes routes = new Routes(new long[3], new long[0], new long[0], 2);
        holds(
                in,
                new long[] {0, WIDTH},
                t -> ExpertsKernel.fused(
                        new MixtureBranch(t.getFirst().mul(1), norm(t.get(4))),
                        t.get(1),
                        routes,
                        new ExpertsKernel.Weights(t.get(2), Optional.empty(), Gate.SWIGLU, t.get(3), Optional.empty()),
                        Optional.empty(),
                        DropoutMask.draw(0),
                        Precision.FULL));
    }

    /** The mean over no targets is NaN, as in libtorch; averages over batches give it no weight. */
    @Test
    void theMeanOfNoTargetsIsNoNumber() {
        try (Scope _ = Scope.open()) {
            Tensor head = Tensors.normal(rng, 0, 1, 5, WIDTH);
            Normalisation norm = norm(Tensors.ones(DType.FLOAT32, WIDTH));
            for (int tokens : new int[] {0, 3}) {
                Tensor x = Tensors.zeros(DType.FLOAT32, tokens, WIDTH);
                Tensor targets = Tensors.full(DType.INT64, SoftmaxCrossEntropy.IGNORED, tokens);
                assertThat(HeadLossKernel.fused(x, targets, norm, head, Precision.FULL)
                                .item())
                        .isNaN();
                assertThat(HeadLossKernel.plain(x, targets, norm, head, DType.FLOAT32)
                                .item())
                        .isNaN();
                assertThat(TokenLosses.of(x, head, new int[tokens])).hasSize(tokens);
            }
        }
    }

    private static void holds(List<Tensor> inputs, long[] shape, Function<List<Tensor>, Tensor> kernel) {
        try (Scope _ = Scope.open()) {
            List<Tensor> own = new ArrayList<>();
            inputs.forEach(t -> own.add(t.copy().requireGrad(true)));
            Tensor y = kernel.apply(own);
            assertThat(y.shape()).isEqualTo(shape);
            y.sum().backward();
            for (Tensor input : own) {
                float[] gradient = input.grad().orElseThrow().toFloats();
                assertThat(gradient).as(Arrays.toString(input.shape())).isEqualTo(new float[gradient.length]);
            }
        }
    }

    private static Tensor rows(long width) {
        return Tensors.zeros(DType.FLOAT32, 0, width);
    }

    private static Normalisation norm(Tensor weight) {
        return new Normalisation(true, weight, Optional.empty(), 1e-5);
    }

    private static Projection plain(Tensor weight) {
        return new Projection(weight, Optional.empty());
    }
}
