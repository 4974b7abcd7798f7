package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.router.ExpertChoiceRouter;
import dev.mojave.moe.router.LossFreeRouter;
import dev.mojave.moe.router.NoisyTopKRouter;
import dev.mojave.moe.router.RouterSpec;
import dev.mojave.nn.Coefficient;
import dev.mojave.nn.Context;
import dev.mojave.optim.AdamW;
import dev.mojave.tensor.Group;
import dev.mojave.tensor.Scope;
import dev.mojave.train.learn.Learner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A rank only computes micro-batches elsewhere: a group of any size takes the same steps as one process with the same
 * micro-batches.
 */
class LearnerGroupTest {
    private static final int ROWS = 4;
    private static final int STEPS = 3;

    /** The results of some steps. */
    private record Trace(List<Learner.StepResult> steps, List<float[]> weights) {}

    static Stream<ModelSpec> models() {
        Coefficients losses = Coefficients.NONE
                .with(BalanceLoss.SWITCH_BALANCE, 0.1)
                .with(BalanceLoss.IMPORTANCE_LOAD, 0.1)
                .with(BalanceLoss.ROUTER_Z, 0.01);
        Coefficients meanOnly = Coefficients.NONE.with(BalanceLoss.ROUTER_Z, 0.01);
        return Stream.of(
                Tiny.dense(0.1),
                sparse(new NoisyTopKRouter.Spec(), losses),
                sparse(new NoisyTopKRouter.Spec(), meanOnly),
                sparse(new LossFreeRouter.Spec(LossFreeRouter.Scores.SIGMOID, 0.01, 1), losses),
                sparse(new ExpertChoiceRouter.Spec(), Coefficients.NONE));
    }

    private static ModelSpec sparse(RouterSpec router, Coefficients losses) {
        return Tiny.sparse(new MoeSpec(4, 2, true, router, losses));
    }

    /**
     * Two ranks add two micro-batches in the same order as one process; more ranks add in another order, which differs by
     * rounding.
     */
    @ParameterizedTest
    @MethodSource("models")
    void takesTheStepsOfOneProcess(ModelSpec spec) throws Exception {
        for (int size : new int[] {2, 4}) {
            int microBatch = ROWS / size;
            Trace alone = train(spec, microBatch, Group.ALONE);
            List<Trace> ranks = Ranks.run(size, group -> train(spec, microBatch, group));
            for (Trace rank : ranks) {
                assertThat(rank).usingRecursiveComparison().isEqualTo(ranks.getFirst());
                assertThat(rank.steps).hasSize(STEPS);
                for (int i = 0; i < STEPS; i++) {
                    Learner.StepResult expected = alone.steps.get(i);
                    Learner.StepResult actual = rank.steps.get(i);
                    assertThat(actual.losses().loss())
                            .isCloseTo(expected.losses().loss(), within(1e-6));
                    assertThat(actual.losses().requested())
                            .usingRecursiveComparison()
                            .isEqualTo(expected.losses().requested());
                    assertThat(actual.losses().load())
                            .usingRecursiveComparison()
                            .withEqualsForType((a, b) -> Math.abs(a - b) < 1e-4, Double.class)
                            .isEqualTo(expected.losses().load());
                    assertThat(actual.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-5));
                }
                for (int i = 0; i < alone.weights.size(); i++) {
                    assertThat(rank.weights.get(i)).containsExactly(alone.weights.get(i), within(1e-6f));
                }
            }
        }
    }

    @Test
    void refusesMicroBatchesThatRanksCannotShare() {
        assertThatThrownBy(() -> Ranks.run(3, group -> train(Tiny.dense(0), 1, group)))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining(
                        "the number of micro-batches per step must be a multiple of the 3 ranks: batch_size (4) / micro_batch_size (1) is 4");
    }

    private static Trace train(ModelSpec spec, int microBatch, Group group) {
        List<Learner.StepResult> steps = new ArrayList<>();
        try (Scope _ = Scope.open();
                LanguageModel model = Tiny.randomised(spec);
                Learner learner = new Learner(model, Context.TRAINING, learning(microBatch), group)) {
            for (int step = 0; step < STEPS; step++) {
                steps.add(learner.step(batch(step), true));
            }
            return new Trace(
                    steps,
                    model.parameters().stream().map(p -> p.value().toFloats()).toList());
        }
    }

    /** Uses an epsilon that keeps rounding errors small where the exact gradient is 0, as for the bias of keys. */
    private static Learner.Spec learning(int microBatch) {
        return new Learner.Spec(
                new AdamW.Spec(List.of(0.9, 0.95), 1e-2, 0.1), new Coefficient.Constant(1e-2), 1, microBatch, STEPS, 5);
    }

    /** Unevenly padded, so that ranks have different numbers of tokens and targets. */
    private static Rows batch(int seed) {
        int[] ids = Tiny.ids(ROWS, seed);
        int[] lengths = {Tiny.CONTEXT, 2, 3, 1};
        int[] targets = Tiny.targets(ids);
        for (int i = 0; i < targets.length; i++) {
            targets[i] = i % Tiny.CONTEXT < lengths[i / Tiny.CONTEXT] - 1 ? targets[i] : -100;
        }
        return new Rows(Tiny.inputs(ids), targets, ROWS, Optional.empty(), 0, Optional.of(lengths));
    }
}
