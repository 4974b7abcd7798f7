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
import dev.mojave.moe.router.NoisyTopKRouter;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Context;
import dev.mojave.nn.Parameter;
import dev.mojave.optim.Gradients;
import dev.mojave.tensor.LiveObjects;
import dev.mojave.tensor.Rng;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.engine.natives.ProcessMemory;
import dev.mojave.train.learn.Learner;
import dev.mojave.train.learn.Losses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainStepTest {
    private static final int ROWS = 6;

    @Test
    void accumulatedGradientsEqualTheFullBatch() {
        int[] ids = Tiny.ids(ROWS, 3);
        try (LanguageModel model = LanguageModel.build(Tiny.dense(0), 1)) {
            Losses full = run(model, ids, ROWS);
            List<float[]> expected = gradients(model);
            Losses accumulated = run(model, ids, 2);
            List<float[]> actual = gradients(model);

            assertThat(accumulated.crossEntropy()).isCloseTo(full.crossEntropy(), within(1e-6));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i))
                        .as(model.parameters().get(i).name())
                        .containsExactly(expected.get(i), within(2e-7f));
            }
        }
    }

    /**
     * The whole batch's losses and gradients, whatever the micro-batches, though their tokens and targets are unevenly many and one has no
     * target at all: for every loss by itself and for all together.
     */
    @ParameterizedTest
    @MethodSource("balanced")
    void balanceLossesOfMicroBatchesEqualTheFullBatchs(ModelSpec spec) {
        int[] ids = Tiny.ids(ROWS, 3);
        int[] lengths = {Tiny.CONTEXT, 1, 2, Tiny.CONTEXT, 3, 5};
        Rows rows = padded(ids, lengths);
        try (LanguageModel model = Tiny.randomised(spec)) {
            Losses full = step(model, rows, ROWS);
            List<float[]> expected = gradients(model);
            assertThat(full.auxiliary()).isNotEmpty();
            for (int microBatch : new int[] {1, 2, 3}) {
                Losses parts = step(model, rows, microBatch);
                assertThat(parts.loss()).isCloseTo(full.loss(), within(2e-6));
                assertThat(parts.crossEntropy()).isCloseTo(full.crossEntropy(), within(1e-6));
                full.auxiliary()
                        .forEach((name, value) -> assertThat(parts.auxiliary())
                                .as(name)
                                .hasEntrySatisfying(
                                        name,
                                        own -> assertThat(own).isCloseTo(value, within(2e-6 * Math.max(1, value)))));
                assertThat(parts.requested()).usingRecursiveComparison().isEqualTo(full.requested());
                List<float[]> actual = gradients(model);
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(actual.get(i))
                            .as("%s by %d", model.parameters().get(i).name(), microBatch)
                            .containsExactly(expected.get(i), within(5e-6f));
                }
            }
        }
    }

    static Stream<ModelSpec> balanced() {
        Coefficients all = Coefficients.NONE;
        List<Coefficients> each = new ArrayList<>();
        for (BalanceLoss loss : BalanceLoss.values()) {
            each.add(Coefficients.NONE.with(loss, 1));
            all = all.with(loss, 0.5);
        }
        each.add(all);
        return each.stream().map(losses -> Tiny.sparse(new MoeSpec(4, 2, true, new TopKRouter.Spec(), losses)));
    }

    /** A check that the tolerance above can detect the difference. */
    @Test
    void aMeanOverMicroBatchesIsAnotherLoss() {
        try (LanguageModel model = Tiny.randomised(Tiny.sparse())) {
            int[] ids = Tiny.ids(ROWS, 3);
            double whole = auxiliary(step(model, rows(ids), ROWS));
            double mean = 0;
            for (int row = 0; row < ROWS; row++) {
                int from = row * (Tiny.CONTEXT + 1);
                mean += auxiliary(step(model, rows(Arrays.copyOfRange(ids, from, from + Tiny.CONTEXT + 1)), 1)) / ROWS;
            }
            assertThat(Math.abs(mean - whole)).isGreaterThan(1e-3);
        }
    }

    private static double auxiliary(Losses result) {
        return result.auxiliary().getOrDefault("switch_balance", Double.NaN);
    }

    /**
     * Reading micro-batches twice does not change the random numbers: noise and dropout are the same as without a balance loss.
     */
    @Test
    void readingTwiceLeavesRandomNumbersAsTheyWere() {
        int[] ids = Tiny.ids(ROWS, 3);
        List<List<float[]>> gradients = new ArrayList<>();
        List<Long> next = new ArrayList<>();
        for (double coefficient : new double[] {0, 1e-30}) {
            Coefficients losses = Coefficients.NONE.with(BalanceLoss.IMPORTANCE_LOAD, coefficient);
            MoeSpec moe = new MoeSpec(4, 2, true, new NoisyTopKRouter.Spec(), losses);
            try (LanguageModel model = Tiny.randomised(Tiny.sparse(moe))) {
                Rng.dropout().reseed(9);
                step(model, padded(ids, new int[] {5, 5, 2, 1, 1, 3}), 2);
                gradients.add(gradients(model));
                next.add(Rng.dropout().nextLong());
            }
        }
        for (int i = 0; i < gradients.getFirst().size(); i++) {
            assertThat(gradients.get(1).get(i)).containsExactly(gradients.get(0).get(i), within(1e-25f));
        }
        assertThat(next.get(1)).isEqualTo(next.get(0));
    }

    /** Returns rows with the given numbers of real tokens; a target is real if the next token is. */
    private static Rows padded(int[] ids, int[] lengths) {
        int[] targets = Tiny.targets(ids);
        for (int i = 0; i < targets.length; i++) {
            targets[i] = i % Tiny.CONTEXT < lengths[i / Tiny.CONTEXT] - 1 ? targets[i] : -100;
        }
        return new Rows(Tiny.inputs(ids), targets, lengths.length, Optional.empty(), 0, Optional.of(lengths));
    }

    private static Losses step(LanguageModel model, Rows rows, int microBatch) {
        Gradients.clear(model.parameters());
        return Tiny.gradient(model, Context.TRAINING, microBatch, rows, true);
    }

    @Test
    void theLossIsCrossEntropyPlusWeightedAuxiliaries() {
        try (LanguageModel model = LanguageModel.build(Tiny.sparse(), 1)) {
            Losses result = run(model, Tiny.ids(ROWS, 3), ROWS);

            assertThat(result.auxiliary()).containsOnlyKeys("switch_balance", "mixtral_balance", "router_z");
            double expected = result.crossEntropy()
                    + 0.01 * result.auxiliary().getOrDefault("switch_balance", Double.NaN)
                    + 0.01 * result.auxiliary().getOrDefault("mixtral_balance", Double.NaN)
                    + 0.001 * result.auxiliary().getOrDefault("router_z", Double.NaN);
            assertThat(result.loss()).isCloseTo(expected, within(1e-5));
            assertThat(result.load()).hasSize(2);
            assertThat(result.load().getFirst().load()).hasSize(4);
        }
    }

    @Test
    void everyParameterReceivesAGradient() {
        try (LanguageModel model = LanguageModel.build(Tiny.sparse(), 1)) {
            run(model, Tiny.ids(ROWS, 3), ROWS);
            for (Parameter parameter : model.parameters()) {
                assertThat(parameter.value().grad()).as(parameter.name()).isPresent();
            }
            for (Parameter parameter : model.parameters()) {
                if (parameter.name().contains("router")) {
                    assertThat(parameter
                                    .value()
                                    .grad()
                                    .orElseThrow()
                                    .abs()
                                    .max()
                                    .item())
                            .as(parameter.name())
                            .isGreaterThan(1e-6);
                }
            }
        }
    }

    @Test
    void aMicroBatchMustDivideTheBatch() {
        try (LanguageModel model = LanguageModel.build(Tiny.dense(0), 1)) {
            assertThatThrownBy(() -> run(model, Tiny.ids(ROWS, 3), 4))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("micro_batch_size (4) must divide batch_size (6)");
        }
    }

    /** Two thousand steps: each step frees what it allocates, and the process does not grow. */
    @Test
    void trainingLeaksNothing() {
        try (LanguageModel model = LanguageModel.build(Tiny.sparse(), 1);
                Learner learner = Tiny.learner(model, Context.TRAINING, 2, 3e-3, 0.1, 1)) {
            double first = train(learner, 1);
            train(learner, 499);
            long live = LiveObjects.settled();
            long resident = settledResidentBytes();
            double last = train(learner, 1500);

            assertThat(Scope.liveObjects()).isEqualTo(live);
            assertThat(settledResidentBytes() - resident).isLessThan(64L << 20);
            assertThat(last).isLessThan(first).isLessThan(0.5);
        }
    }

    /** Without garbage, and once the collector has given back what it took for it: that happens a while after a collection. */
    private static long settledResidentBytes() {
        System.gc();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            least = Math.min(least, ProcessMemory.residentBytes());
        }
        return least;
    }

    private static double train(Learner learner, int steps) {
        double loss = 0;
        for (int i = 0; i < steps; i++) {
            int[] ids = Tiny.ids(4, learner.steps());
            loss = learner.step(rows(ids), i % 10 == 0).losses().crossEntropy();
        }
        return loss;
    }

    private static Losses run(LanguageModel model, int[] ids, int microBatch) {
        Gradients.clear(model.parameters());
        return Tiny.gradient(model, Context.TRAINING, microBatch, rows(ids), true);
    }

    private static Rows rows(int[] ids) {
        return new Rows(Tiny.inputs(ids), Tiny.targets(ids), ids.length / (Tiny.CONTEXT + 1));
    }

    private static List<float[]> gradients(LanguageModel model) {
        return model.parameters().stream()
                .map(p -> p.value().grad().orElseThrow().toFloats())
                .toList();
    }
}
