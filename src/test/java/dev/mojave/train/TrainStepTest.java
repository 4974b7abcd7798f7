package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.model.LanguageModel;
import dev.mojave.moe.BalanceLosses;
import dev.mojave.moe.Routing;
import dev.mojave.nn.Context;
import dev.mojave.nn.Parameter;
import dev.mojave.tensor.LiveObjects;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.engine.ProcessMemory;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TrainStepTest {
    private static final int ROWS = 6;

    @Test
    void accumulatedGradientsEqualTheFullBatch() {
        int[] ids = Tiny.ids(ROWS, 3);
        try (LanguageModel model = LanguageModel.build(Tiny.dense(0), 1)) {
            TrainStep.Result full = run(model, ids, ROWS);
            List<float[]> expected = gradients(model);
            TrainStep.Result accumulated = run(model, ids, 2);
            List<float[]> actual = gradients(model);

            assertThat(accumulated.crossEntropy()).isCloseTo(full.crossEntropy(), within(1e-6));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i))
                        .as(model.parameters().get(i).name())
                        .containsExactly(expected.get(i), within(2e-7f));
            }
        }
    }

    @Test
    void theLossIsCrossEntropyPlusWeightedAuxiliaries() {
        try (LanguageModel model = LanguageModel.build(Tiny.sparse(), 1)) {
            TrainStep.Result result = run(model, Tiny.ids(ROWS, 3), ROWS);

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

    /** Two thousand steps: what a step makes is freed by the step, and the process does not grow. */
    @Test
    void trainingLeaksNothing() {
        try (LanguageModel model = LanguageModel.build(Tiny.sparse(), 1);
                AdamW optimizer = new AdamW(new AdamW.Spec(0.9, 0.95, 1e-8, 0.1), model.parameters())) {
            TrainStep step = new TrainStep(model, Context.TRAINING, 2);
            double first = train(model, optimizer, step, 1);
            train(model, optimizer, step, 499);
            long live = LiveObjects.settled();
            long resident = ProcessMemory.residentBytes();
            double last = train(model, optimizer, step, 1500);

            assertThat(Scope.liveObjects()).isEqualTo(live);
            assertThat(ProcessMemory.residentBytes() - resident).isLessThan(64L << 20);
            assertThat(last).isLessThan(first).isLessThan(0.5);
        }
    }

    private static double train(LanguageModel model, AdamW optimizer, TrainStep step, int steps) {
        double loss = 0;
        for (int i = 0; i < steps; i++) {
            int[] ids = Tiny.ids(4, optimizer.steps());
            loss = step.run(rows(ids), losses(model), i % 10 == 0).crossEntropy();
            optimizer.step(3e-3, Gradients.clipScale(Gradients.norm(model.parameters()), 1));
            Gradients.clear(model.parameters());
        }
        return loss;
    }

    private static TrainStep.Result run(LanguageModel model, int[] ids, int microBatch) {
        Gradients.clear(model.parameters());
        return new TrainStep(model, Context.TRAINING, microBatch).run(rows(ids), losses(model), true);
    }

    private static TrainStep.Rows rows(int[] ids) {
        return new TrainStep.Rows(Tiny.inputs(ids), Tiny.targets(ids), ids.length / (Tiny.CONTEXT + 1));
    }

    private static Function<List<Routing>, Map<String, BalanceLosses.Weighted>> losses(LanguageModel model) {
        return routing -> model.spec().balanceLosses(routing, 0, 1);
    }

    private static List<float[]> gradients(LanguageModel model) {
        return model.parameters().stream()
                .map(p -> p.value().grad().orElseThrow().toFloats())
                .toList();
    }
}
