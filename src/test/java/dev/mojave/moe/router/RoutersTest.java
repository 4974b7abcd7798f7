package dev.mojave.moe.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.moe.Capacity;
import dev.mojave.moe.balance.LoadStatistics;
import dev.mojave.moe.routing.Choices;
import dev.mojave.moe.routing.Routing;
import dev.mojave.moe.routing.Tokens;
import dev.mojave.nn.Context;
import dev.mojave.nn.Init;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Tests the properties of individual routers; NoTokensTest and RouterModelTest test those that all routers share. */
class RoutersTest {
    private static final RouterSpec.Sizes SIZES = new RouterSpec.Sizes(6, 4, 2, true);

    private static Routing route(RouterSpec spec, Tensor xTD, Tokens tokens, Context context) {
        Init init = Init.of(Rng.seeded(3), 0.7);
        Routing routing = spec.build(SIZES, init).route(xTD, tokens, context);
        init.parameters().forEach(p -> p.value().close());
        init.buffers().forEach(p -> p.value().close());
        return routing;
    }

    @Test
    void theLoadOfALossFreeRouterMovesTowardsTheMean() {
        try (Scope _ = Scope.open()) {
            Init init = Init.of(Rng.seeded(3), 0.7);
            Tensor x = Tensors.normal(Rng.seeded(4), 0.3, 1, 256, 6);
            Tokens tokens = Tokens.of(Tensors.zeros(DType.INT64, 1, 256));
            LossFreeRouter router = new LossFreeRouter.Spec(LossFreeRouter.Scores.SIGMOID, 0.01, 1).build(SIZES, init);
            double before = violation(router.route(x, tokens, Context.TRAINING));
            for (int step = 0; step < 100; step++) {
                router.afterStep(
                        router.route(x, tokens, Context.TRAINING).choices().requestedOfExpert());
            }
            Routing after = router.route(x, tokens, Context.TRAINING);
            assertThat(before).isGreaterThan(0.3);
            assertThat(violation(after)).isLessThan(before / 4);
            assertThat(after.weightsTK().sum(1).toFloats())
                    .as("the bias affects the choices but not the weights")
                    .containsOnly(new float[] {1}, org.assertj.core.data.Offset.offset(1e-6f));
            router.afterStep(new long[] {7, 7, 7, 7});
            assertThat(violation(router.route(x, tokens, Context.TRAINING)))
                    .as("even loads change nothing")
                    .isEqualTo(violation(after));
            init.parameters().forEach(p -> p.value().close());
            init.buffers().forEach(p -> p.value().close());
        }
    }

    private static double violation(Routing routing) {
        LoadStatistics statistics = new LoadStatistics(routing.experts());
        statistics.add(routing);
        return statistics.maxViolation();
    }

    @Test
    void noiseActsOnlyInTraining() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.normal(Rng.seeded(4), 0, 1, 64, 6);
            Tokens tokens = Tokens.of(Tensors.zeros(DType.INT64, 1, 64));
            Routing one = route(new NoisyTopKRouter.Spec(), x, tokens, Context.TRAINING);
            Routing other = route(new NoisyTopKRouter.Spec(), x, tokens, Context.TRAINING);
            assertThat(one.logitsTE().toFloats()).isNotEqualTo(other.logitsTE().toFloats());
            assertThat(one.noise().orElseThrow().cleanTE().abs().max().item())
                    .as("both matrices start at zero")
                    .isZero();
            assertThat(one.weightsTK().sum(1).toFloats())
                    .containsOnly(new float[] {1}, org.assertj.core.data.Offset.offset(1e-6f));
            Routing quiet = route(new NoisyTopKRouter.Spec(), x, tokens, Context.EVALUATION);
            assertThat(quiet.noise()).isEmpty();
            assertThat(quiet.logitsTE().abs().max().item()).isZero();
        }
    }

    @Test
    void aSinkhornPlanLoadsExpertsEvenlyThoughLogitsDoNot() {
        try (Scope _ = Scope.open()) {
            Tensor logits = Tensors.normal(Rng.seeded(4), 0, 1, 400, 4).add(Tensors.of(new float[] {2, 0, 0, -2}, 4));
            Routing planned = SinkhornRouter.route(logits, SIZES, Context.TRAINING);
            Routing plain = SinkhornRouter.route(logits, SIZES, Context.EVALUATION);
            assertThat(violation(plain)).isGreaterThan(0.5);
            assertThat(violation(planned)).isLessThan(0.15);
        }
    }

    @Test
    void sinkhornHandlesHugeLogits() {
        double[] plan =
                SinkhornRouter.plan(new float[] {1e4f, -1e4f, 300, 299}, 2).valuesTE();
        assertThat(Arrays.stream(plan).sum()).isCloseTo(1, within(1e-6));
    }

    @Test
    void expertsChooseEquallyManyTokensAndFewTokensGoToAll() {
        try (Scope _ = Scope.open()) {
            Routing routing = ExpertChoiceRouter.route(Tensors.normal(Rng.seeded(4), 0, 1, 40, 4), 2);
            assertThat(routing.choices().countOfExpert()).containsOnly(20);
            Routing single = ExpertChoiceRouter.route(Tensors.normal(Rng.seeded(4), 0, 1, 1, 4), 2);
            assertThat(single.choices().countOfExpert())
                    .as("an expert chooses at least one")
                    .containsOnly(1);
        }
    }

    @Test
    void aHashDependsOnTheIdAndTheSeedAlone() {
        try (Scope _ = Scope.open()) {
            long[] ids = LongStream.range(0, 400).map(i -> i / 2).toArray();
            Tokens tokens = Tokens.of(Tensors.of(ids, 20, 20));
            Routing one = route(new HashRouter.Spec(0), Tensors.zeros(DType.FLOAT32, 400, 6), tokens, Context.TRAINING);
            Routing other =
                    route(new HashRouter.Spec(0), Tensors.ones(DType.FLOAT32, 400, 6), tokens, Context.EVALUATION);
            Routing seeded =
                    route(new HashRouter.Spec(1), Tensors.ones(DType.FLOAT32, 400, 6), tokens, Context.TRAINING);
            assertThat(experts(one)).isEqualTo(experts(other)).isNotEqualTo(experts(seeded));
            for (int token = 0; token < 400; token += 2) {
                assertThat(one.choices().expert(token, 0))
                        .isEqualTo(one.choices().expert(token + 1, 0));
                assertThat(one.choices().expert(token, 0))
                        .isNotEqualTo(one.choices().expert(token, 1));
            }
            assertThat(Arrays.stream(one.choices().countOfExpert()).boxed())
                    .allMatch(count -> count > 140 && count < 260);
            assertThat(one.weightsTK().toFloats()).containsOnly(0.5f);
        }
    }

    @Test
    void uniformLoadsAreEqualAndDependOnThePositionInTheSequence() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensors.zeros(DType.FLOAT32, 16, 6);
            Routing whole =
                    route(new UniformRouter.Spec(), x, Tokens.of(Tensors.zeros(DType.INT64, 2, 8)), Context.TRAINING);
            assertThat(whole.choices().countOfExpert()).containsOnly(8);
            Tokens later = new Tokens(Tensors.zeros(DType.INT64, 1, 2), 5, Optional.empty(), Optional.empty());
            Routing end = route(new UniformRouter.Spec(), x.narrow(0, 0, 2), later, Context.TRAINING);
            assertThat(end.choices().expert(0, 0)).isEqualTo(whole.choices().expert(5, 0));
            assertThat(end.choices().expert(1, 1)).isEqualTo(whole.choices().expert(14, 1));
        }
    }

    @Test
    void theRouterReadsACategoryAndNoCategoryAddsNothing() {
        try (Scope _ = Scope.open()) {
            Init init = Init.of(Rng.seeded(3), 0.7);
            TaskAwareRouter router = new TaskAwareRouter.Spec(List.of("noun", "verb")).build(SIZES, init);
            Tensor x = Tensors.normal(Rng.seeded(4), 0, 1, 6, 6);
            Tensor ids = Tensors.zeros(DType.INT64, 2, 3);
            Tensor categories = Tensors.of(new long[] {0, 1, 2, 0, 1, 2}, 2, 3);
            Tokens known = new Tokens(ids, 0, Optional.of(categories), Optional.empty());
            float[] plain =
                    router.route(x, Tokens.of(ids), Context.TRAINING).logitsTE().toFloats();
            assertThat(router.route(x, known, Context.TRAINING).logitsTE().toFloats())
                    .as("embeddings start at zero")
                    .isEqualTo(plain);
            Tensor embedding = init.parameters().get(1).value();
            try (dev.mojave.tensor.NoGrad _ = dev.mojave.tensor.NoGrad.open()) {
                embedding.copyInPlace(Tensors.normal(Rng.seeded(5), 0, 1, 2, 6));
            }
            Tensor weight = init.parameters().get(0).value();
            float[] seen = router.route(x, known, Context.TRAINING).logitsTE().toFloats();
            for (int token = 0; token < 6; token++) {
                Tensor input = token % 3 == 0
                        ? x.select(0, token)
                        : x.select(0, token).add(embedding.select(0, token % 3 - 1));
                float[] expected = weight.matmul(input).toFloats();
                assertThat(Arrays.copyOfRange(seen, token * 4, token * 4 + 4))
                        .containsExactly(expected, org.assertj.core.data.Offset.offset(2e-6f));
            }
            init.parameters().forEach(p -> p.value().close());
        }
    }

    @Test
    void categoriesAreRequiredAndMustNotRepeat() {
        assertThatThrownBy(() -> new TaskAwareRouter.Spec(List.of()))
                .hasMessageStartingWith("task-aware routing needs categories");
        assertThatThrownBy(() -> new TaskAwareRouter.Spec(List.of("a", "a")))
                .hasMessage("categories [a, a] contains the same name twice");
    }

    private static long[] experts(Routing routing) {
        return routing.choices().expertOfAssignment(Choices.NONE);
    }

    @Test
    void capacityRoundsUpAndIsAtLeastOne() {
        assertThat(Capacity.tokens(1.25, 2, 10, 4)).isEqualTo(7);
        assertThat(Capacity.tokens(1, 2, 8, 4)).isEqualTo(4);
        assertThat(Capacity.tokens(0.1, 1, 1, 8)).isEqualTo(1);
    }

    @Test
    void firstComeFirstServedAndOnlyAboveCapacity() {
        long[] wanted = {0, 1, 0, 2, 0, 1, 2, 0, 1, Choices.NONE};
        Choices choices = new Choices(wanted, 5, 3, 2);
        assertThat(choices.complete()).as("one assignment has no expert").isFalse();
        assertThat(choices.countOfExpert()).containsExactly(4, 3, 2);
        Choices limited = choices.limited(3);
        assertThat(limited.countOfExpert()).containsExactly(3, 3, 2);
        assertThat(limited.requestedOfExpert()).containsExactly(4, 3, 2);
        boolean[] kept = new boolean[10];
        for (int assignment = 0; assignment < 10; assignment++) {
            kept[assignment] = limited.kept(assignment / 2, assignment % 2);
        }
        assertThat(kept).containsExactly(true, true, true, true, true, true, true, false, true, false);
        assertThat(limited.assignmentAtRow()).containsExactly(0, 2, 4, 1, 5, 8, 3, 6);
        assertThatThrownBy(() -> choices.limited(0))
                .hasMessage("the capacity of an expert (0) must be at least one token");
    }
}
