package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.tree.Records;
import dev.mojave.base.tree.Yaml;
import dev.mojave.eval.Rows;
import dev.mojave.model.Inputs;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.presets.Presets;
import dev.mojave.nn.Context;
import dev.mojave.optim.Gradients;
import dev.mojave.tensor.NoGrad;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import dev.mojave.train.learn.Learner;
import dev.mojave.train.learn.Losses;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * The mistakes of published systems that docs/systems.md lists: tests show that they are absent, or reproduce them on purpose.
 */
class SystemTrapsTest {
    private static ModelSpec spec(String preset, String overrides) {
        ObjectNode model = Yaml.parse(
                "{vocab_size: 17, hidden_size: 16, num_hidden_layers: 3, num_attention_heads: 2, intermediate_size: 32,"
                        + " max_position_embeddings: 8, dropout: 0.0}",
                "test");
        model.put("preset", preset);
        model.setAll(Yaml.parse(overrides, "test"));
        return Records.read(Presets.resolve(model, "test"), ModelSpec.class, "test", "model");
    }

    private static double blockImbalance(String losses) {
        ModelSpec spec = spec("moep", String.format(Locale.ROOT, """
                parallel: {hidden_size: 8, num_attention_heads: 2, intermediate_size: 16,
                  blocks: {losses: {%s}}}
                """, losses));
        try (LanguageModel model = LanguageModel.build(spec, 1);
                Learner learner = Tiny.learner(model, Context.TRAINING, 4, 1e-2, 0, 0)) {
            double balance = 0;
            for (int i = 0; i < 60; i++) {
                int[] ids = Tiny.ids(4, i);
                Rows rows = new Rows(Tiny.inputs(ids), Tiny.targets(ids), 4);
                Losses result = learner.step(rows, true).losses();
                balance = result.load().get(1).maxViolation();
            }
            return balance;
        }
    }

    /** S1: the published sign minimises the entropy of the mean routing, so tokens collapse onto the same two of four blocks. */
    @Test
    void moepsPublishedSignCollapsesAndTheCorrectedOneDoesNot() {
        assertThat(blockImbalance("entropy_balance: 0.0, entropy_paper_sign: 0.5"))
                .isGreaterThan(0.9);
        assertThat(blockImbalance("entropy_balance: 0.5")).isLessThan(0.6);
    }

    /** S5: with labels that are not shifted, the first loss of a tied model is 0; with shifted ones it is ln V. */
    @ParameterizedTest
    @ValueSource(strings = {"chimera-dense", "chimera-moe"})
    void aFreshTiedModelPredictsTheNextTokenAsBadlyAsChance(String preset) {
        ModelSpec spec = spec(preset, "{vocab_size: 400, hidden_size: 128, max_position_embeddings: 32}");
        assertThat(spec.frame().tieWordEmbeddings()).isTrue();
        try (Scope _ = Scope.open();
                NoGrad _ = NoGrad.open();
                LanguageModel model = LanguageModel.build(spec, 3)) {
            int[] ids = new java.util.SplittableRandom(5).ints(4 * 33, 0, 400).toArray();
            List<Integer> inputs = new ArrayList<>();
            List<Integer> next = new ArrayList<>();
            for (int i = 0; i < 4 * 33; i++) {
                if (i % 33 < 32) {
                    inputs.add(ids[i]);
                    next.add(ids[i + 1]);
                }
            }
            double loss = model.forward(Inputs.of(tensor(inputs), tensor(next)), Context.EVALUATION)
                    .crossEntropy()
                    .orElseThrow()
                    .item();
            assertThat(loss).isCloseTo(Math.log(400), within(0.3));
        }
    }

    private static Tensor tensor(List<Integer> ids) {
        return Tensors.ofIds(ids.stream().mapToInt(Integer::intValue).toArray(), 4, 32);
    }

    /** S5: weights that do not depend on the router silently cut off its gradient. */
    @ParameterizedTest
    @CsvSource({"chimera-moe, 1, top_k", "chimera-moe, 2, top_k", "chimera-moe, 2, noisy_top_k", "moe-124m, 1, top_k"})
    void everyRouterLearnsFromTheLanguageModelItself(String preset, int topK, String router) {
        ModelSpec spec = spec(
                preset,
                String.format(
                        Locale.ROOT,
                        "moe: {num_experts: 4, num_experts_per_tok: %d, router: %s, losses: {switch_balance: 0.0}}",
                        topK,
                        router));
        try (Scope _ = Scope.open();
                LanguageModel model = LanguageModel.build(spec, 3)) {
            int[] ids = Tiny.ids(4, 1);
            Tiny.gradient(model, Context.TRAINING, 4, new Rows(Tiny.inputs(ids), Tiny.targets(ids), 4), false);
            assertThat(model.parameters())
                    .filteredOn(p -> p.name().endsWith("router.weight"))
                    .hasSize(3)
                    .allSatisfy(p -> assertThat(
                                    p.value().grad().orElseThrow().abs().max().item())
                            .isPositive());
        }
    }

    /** The balance losses of blocks and of the maps around them, with micro-batches that padding makes unequal. */
    @Test
    void balanceLossesOfParallelBlocksAreThoseOfTheWholeBatch() {
        ModelSpec spec = spec("moep", """
                parallel: {hidden_size: 8, num_attention_heads: 2, intermediate_size: 16,
                  blocks: {losses: {entropy_balance: 0.5, router_z: 0.1}},
                  projections: {losses: {switch_balance: 0.5, importance_load: 0.1}}}
                """);
        int[] ids = Tiny.ids(4, 1);
        Rows rows = new Rows(
                Tiny.inputs(ids), Tiny.targets(ids), 4, Optional.empty(), 0, Optional.of(new int[] {8, 3, 1, 5}));
        try (LanguageModel model = Tiny.randomised(spec)) {
            Losses whole = Tiny.gradient(model, Context.TRAINING, 4, rows, true);
            List<float[]> expected = gradients(model);
            Gradients.clear(model.parameters());
            Losses parts = Tiny.gradient(model, Context.TRAINING, 1, rows, true);
            List<float[]> actual = gradients(model);
            assertThat(whole.auxiliary())
                    .containsKeys(
                            "block_entropy_balance",
                            "block_router_z",
                            "projection_switch_balance",
                            "projection_importance_load");
            whole.auxiliary()
                    .forEach((name, value) -> assertThat(parts.auxiliary().getOrDefault(name, Double.NaN))
                            .as(name)
                            .isCloseTo(value, within(5e-6 * Math.max(1, value))));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i)).usingComparatorWithPrecision(2e-5f).containsExactly(expected.get(i));
            }
        }
    }

    /**
     * Rows of different lengths: the gradients of micro-batches add up to the batch's, and padding does not affect loss or
     * routing.
     */
    @Test
    void paddedRowsCountTheirTargetsAlone() {
        ModelSpec spec = spec("chimera-moe", "moe: {losses: {switch_balance: 0.0}}");
        int[] lengths = {8, 3, 1, 5};
        int[] ids = Tiny.ids(4, 1);
        int[] targets = Tiny.targets(ids);
        for (int row = 0; row < 4; row++) {
            Arrays.fill(targets, row * 8 + lengths[row], row * 8 + 8, -100);
        }
        Rows rows = new Rows(Tiny.inputs(ids), targets, 4, Optional.empty(), 0, Optional.of(lengths));
        try (LanguageModel model = LanguageModel.build(spec, 3)) {
            Losses whole = Tiny.gradient(model, Context.TRAINING, 4, rows, true);
            List<float[]> expected = gradients(model);
            Gradients.clear(model.parameters());
            Losses parts = Tiny.gradient(model, Context.TRAINING, 1, rows, true);
            List<float[]> actual = gradients(model);
            assertThat(parts.crossEntropy()).isCloseTo(whole.crossEntropy(), within(1e-6));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i)).usingComparatorWithPrecision(1e-6f).containsExactly(expected.get(i));
            }
            assertThat(whole.requested())
                    .allSatisfy(requested ->
                            assertThat(Arrays.stream(requested).sum()).isEqualTo(8 + 3 + 1 + 5));
        }
    }

    private static List<float[]> gradients(LanguageModel model) {
        return model.parameters().stream()
                .map(p -> p.value().grad().map(Tensor::toFloats).orElse(new float[0]))
                .toList();
    }
}
