package dev.mojave.moe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.LoadStatistics;
import dev.mojave.moe.experts.ExpertBank;
import dev.mojave.moe.experts.Experts;
import dev.mojave.moe.experts.LinearExperts;
import dev.mojave.moe.router.ExpertChoiceRouter;
import dev.mojave.moe.router.HashRouter;
import dev.mojave.moe.router.LossFreeRouter;
import dev.mojave.moe.router.NoisyTopKRouter;
import dev.mojave.moe.router.Router;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.moe.router.SinkhornRouter;
import dev.mojave.moe.router.SoftRouter;
import dev.mojave.moe.router.TaskAwareRouter;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.moe.router.UniformRouter;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Routings;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.FeedForward;
import dev.mojave.nn.FeedForward.Activation;
import dev.mojave.nn.Init;
import dev.mojave.nn.Linear;
import dev.mojave.nn.Norm;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Batches without tokens, or with padding alone, are routed like any other batch. */
class NoTokensTest {
    private static final int WIDTH = 6;
    private static final int EXPERTS = 4;

    static Stream<RouterSpec> routers() {
        return Stream.of(
                new TopKRouter.Spec(),
                new NoisyTopKRouter.Spec(),
                new SinkhornRouter.Spec(),
                new ExpertChoiceRouter.Spec(),
                new LossFreeRouter.Spec(LossFreeRouter.Scores.SIGMOID, 0.01, 1),
                new LossFreeRouter.Spec(LossFreeRouter.Scores.SOFTMAX, 0.01, 1),
                new TaskAwareRouter.Spec(List.of("noun", "verb")),
                new HashRouter.Spec(3),
                new UniformRouter.Spec(),
                new SoftRouter.Spec());
    }

    @Test
    void everyKindOfRouterIsTested() {
        assertThat(routers().<Class<?>>map(RouterSpec::getClass).distinct())
                .containsExactlyInAnyOrder(RouterSpec.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("routers")
    void everyRouterRoutesNoTokens(RouterSpec spec) {
        for (Context context : List.of(Context.TRAINING, Context.EVALUATION)) {
            Init init = Init.of(Rng.seeded(3), 0.5);
            try (Scope _ = Scope.open()) {
                Router router = spec.build(sizes(spec), init);
                Routing routing = router.route(Tensors.zeros(DType.FLOAT32, 0, WIDTH), Tokens.of(ids(1, 0)), context);
                assertThat(routing.tokens()).isZero();
                assertThat(routing.logitsTE().shape()).containsExactly(0, EXPERTS);
                assertThat(routing.probabilitiesTE().shape()).containsExactly(0, EXPERTS);
                assertThat(routing.weightsTK().shape()).containsExactly(0, routing.topK());
                assertThat(routing.gatesTE().shape()).containsExactly(0, EXPERTS);
                assertThat(routing.choices().requestedOfExpert()).containsOnly(0);
                assertThat(routing.limited(new Capacity(1, 1).of(routing, true))
                                .choices()
                                .countOfExpert())
                        .containsOnly(0);
                LoadStatistics statistics = new LoadStatistics(EXPERTS);
                statistics.add(routing);
                assertThat(statistics.load()).containsOnly(0);
                assertThat(statistics.weightOfRank()).containsOnly(0);
                router.afterStep(routing.choices().requestedOfExpert());
            } finally {
                close(init);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("routers")
    void aLayerReturnsTheirShapeAndGradientsOfZero(RouterSpec spec) {
        FeedForward.Spec each = new FeedForward.Spec(WIDTH, 5, Activation.SWIGLU, true);
        for (ExpertBank.Spec bank : List.of(
                new Experts.Spec(EXPERTS, each),
                new LinearExperts.Spec(EXPERTS, new Linear.Spec(WIDTH, WIDTH, true)))) {
            layer(spec, bank, new long[] {2, 0, WIDTH}, Optional.empty());
            layer(spec, bank, new long[] {0, 3, WIDTH}, Optional.empty());
            layer(spec, bank, new long[] {2, 3, WIDTH}, Optional.of(new long[0]));
        }
    }

    private static void layer(RouterSpec spec, ExpertBank.Spec bank, long[] shape, Optional<long[]> real) {
        Init init = Init.of(Rng.seeded(3), 0.5);
        Init norms = Init.of(Rng.seeded(3), 0.5);
        try (Scope _ = Scope.open()) {
            MoeLayer layer = new MoeLayer.Spec(spec, sizes(spec), bank).build(init, 1);
            Norm norm = new Norm.Spec(Norm.Kind.RMS_NORM, WIDTH, 1e-5, false).build(norms);
            Tensor x = Tensors.normal(Rng.seeded(4), 0, 1, shape).requireGrad(true);
            Tokens tokens =
                    new Tokens(ids(shape[0], shape[1]), 0, Optional.empty(), real.map(r -> Tensors.of(r, r.length)));
            MoeLayer.Output output = layer.forward(x, tokens, Context.TRAINING);
            assertThat(output.yBSD().shape()).isEqualTo(shape);
            assertThat(output.yBSD().toFloats()).isEqualTo(new float[x.toFloats().length]);
            output.yBSD().sum().backward();
            Tensor y = layer.residual(x, norm, tokens, 0, Context.TRAINING).yBSD();
            assertThat(y.shape()).isEqualTo(shape);
            assertThat(y.toFloats()).isEqualTo(x.toFloats());
            y.sum().backward();
            for (Parameter parameter : init.parameters()) {
                Optional<Tensor> gradient = parameter.value().grad();
                assertThat(gradient.map(g -> g.abs().sum().item()).orElse(0.0))
                        .as(parameter.name())
                        .isZero();
            }
        } finally {
            close(init);
            close(norms);
        }
    }

    @ParameterizedTest
    @EnumSource(BalanceLoss.class)
    void balanceLossesOfNoTokensAreZero(BalanceLoss loss) {
        try (Scope _ = Scope.open()) {
            Tensor logits = Tensors.zeros(DType.FLOAT32, 0, EXPERTS).requireGrad(true);
            Tensor value = loss.of(List.of(Routings.ofLogits(logits, 2)));
            assertThat(value.item()).isZero();
            value.backward();
            assertThat(logits.grad().orElseThrow().shape()).containsExactly(0, EXPERTS);
        }
    }

    private static RouterSpec.Sizes sizes(RouterSpec spec) {
        return new RouterSpec.Sizes(WIDTH, EXPERTS, spec instanceof SoftRouter.Spec ? EXPERTS : 2, true);
    }

    private static Tensor ids(long rows, long length) {
        return Tensors.zeros(DType.INT64, rows, length);
    }

    private static void close(Init init) {
        init.parameters().forEach(p -> p.value().close());
        init.buffers().forEach(p -> p.value().close());
    }
}
