package dev.mojave.moe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.SharedExpert;
import dev.mojave.moe.router.HashRouter;
import dev.mojave.moe.router.LossFreeRouter;
import dev.mojave.moe.router.NoisyTopKRouter;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.SinkhornRouter;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.moe.router.UniformRouter;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Init;
import dev.mojave.nn.Norm;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.tensor.kernels.pointwise.DropoutKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares the fused mixture branch of a block with the same branch composed of its parts, with padding, capacity, dropout and
 * shared experts.
 */
class ResidualTest {
    private static final int WIDTH = 12;

    /** One way to compute the branch. */
    private interface Branch {
        MoeLayer.Output of(MoeLayer layer, Norm norm, Tensor x, Tokens tokens);
    }

    @ParameterizedTest
    @CsvSource({
        "top_k, RMS_NORM, 2, false, false, false, 0",
        "top_k, LAYER_NORM, 1, true, true, false, 0.3",
        "top_k, RMS_NORM, 3, true, false, true, 0.2",
        "hash, RMS_NORM, 2, false, true, false, 0",
        "noisy_top_k, LAYER_NORM, 2, true, true, true, 0.1",
        "loss_free, RMS_NORM, 2, true, false, true, 0",
        "sinkhorn, RMS_NORM, 1, false, true, false, 0.5",
        "uniform, LAYER_NORM, 2, true, false, false, 0.1"
    })
    void equalsItsParts(
            String router, Norm.Kind kind, int topK, boolean padding, boolean drops, boolean shared, double dropout) {
        Init init = Init.of(Rng.seeded(11), 0.5);
        MoeLayer layer = spec(router(router), topK, drops, shared).build(init, 1);
        Norm norm = new Norm.Spec(kind, WIDTH, 1e-5, true).build(init.child("norm"));
        try (Scope _ = Scope.open()) {
            Optional<Tensor> real = padding
                    ? Optional.of(Tensors.of(new long[] {0, 1, 2, 3, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19}, 14))
                    : Optional.empty();
            Tokens tokens = new Tokens(Tensors.ofIds(ids(27), 3, 9), 0, Optional.empty(), real);
            List<float[]> fused =
                    run(init, tokens, (l, n, x, t) -> l.residual(x, n, t, dropout, Context.TRAINING), layer, norm);
            List<float[]> parts = run(init, tokens, (l, n, x, t) -> composed(l, n, x, t, dropout), layer, norm);
            for (int i = 0; i < parts.size(); i++) {
                assertThat(fused.get(i)).as("array " + i).hasSameSizeAs(parts.get(i));
                for (int j = 0; j < parts.get(i).length; j++) {
                    double expected = parts.get(i)[j];
                    assertThat((double) fused.get(i)[j])
                            .as("element " + j + " of array " + i)
                            .isCloseTo(expected, within(1e-4 * Math.max(1, Math.abs(expected))));
                }
            }
        } finally {
            init.parameters().forEach(p -> p.value().close());
        }
    }

    private static org.assertj.core.data.Offset<Double> within(double distance) {
        return org.assertj.core.data.Offset.offset(distance);
    }

    private static int[] ids(int count) {
        return java.util.stream.IntStream.range(0, count).map(i -> i * 7 % 5).toArray();
    }

    private static RouterSpec router(String kind) {
        return switch (kind) {
            case "hash" -> new HashRouter.Spec(3);
            case "noisy_top_k" -> new NoisyTopKRouter.Spec();
            case "loss_free" -> new LossFreeRouter.Spec(LossFreeRouter.Scores.SIGMOID, 1e-3, 2);
            case "sinkhorn" -> new SinkhornRouter.Spec();
            case "uniform" -> new UniformRouter.Spec();
            default -> new TopKRouter.Spec();
        };
    }

    private static MoeLayer.Spec spec(RouterSpec router, int topK, boolean drops, boolean shared) {
        FeedForward.Spec each = new FeedForward.Spec(WIDTH, 7, Activation.SWIGLU, drops);
        return new MoeLayer.Spec(
                router,
                new RouterSpec.Sizes(WIDTH, 5, topK, topK > 1),
                new Experts.Spec(5, each),
                drops
                        ? new MoeLayer.DispatchSpec(Dispatch.Kind.CAPACITY, Optional.of(new Capacity(0.7, 1)), 0.1)
                        : MoeLayer.DispatchSpec.DROPLESS,
                shared ? Optional.of(new SharedExpert.Spec(each, true)) : Optional.empty());
    }

    /** Composes the branch from its parts, without the fused kernels. */
    private static MoeLayer.Output composed(MoeLayer layer, Norm norm, Tensor x, Tokens tokens, double dropout) {
        MoeLayer.Output mixture = layer.forward(norm.forward(x), tokens, Context.TRAINING);
        return new MoeLayer.Output(x.add(DropoutKernel.apply(mixture.yBSD(), dropout)), mixture.routing());
    }

    /**
     * Returns the result, and all gradients of a weighted sum of the result and of the probabilities, which balance losses
     * differentiate.
     */
    private static List<float[]> run(Init init, Tokens tokens, Branch branch, MoeLayer layer, Norm norm) {
        byte[] random = Rng.dropout().state();
        Tensor x = Tensors.normal(Rng.seeded(12), 0, 1, 3, 9, WIDTH).requireGrad(true);
        MoeLayer.Output output = branch.of(layer, norm, x.mul(1.5), tokens);
        Rng.dropout().restore(random);
        Tensor y = output.yBSD();
        Tensor p = output.routing().probabilitiesTE();
        Tensor total = y.mul(Tensors.normal(Rng.seeded(13), 0, 1, y.shape())).sum();
        total.add(p.mul(Tensors.normal(Rng.seeded(14), 0, 1, p.shape())).sum()).backward();
        List<float[]> all =
                new ArrayList<>(List.of(y.toFloats(), x.grad().orElseThrow().toFloats()));
        init.parameters().forEach(parameter -> {
            Tensor value = parameter.value();
            all.add(value.grad().map(Tensor::toFloats).orElse(new float[(int) value.elements()]));
            value.clearGrad();
        });
        return all;
    }
}
