package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Failure;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.tree.Yaml;
import dev.mojave.eval.Rows;
import dev.mojave.model.LanguageModel;
import dev.mojave.model.ModelSpec;
import dev.mojave.model.MoeSpec;
import dev.mojave.moe.balance.BalanceLoss;
import dev.mojave.moe.balance.Coefficients;
import dev.mojave.moe.balance.LoadStatistics;
import dev.mojave.moe.router.TopKRouter;
import dev.mojave.nn.Context;
import dev.mojave.result.ExpertProfile;
import dev.mojave.result.RunRecord;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.RunRecords;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.model.SavedModel;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.train.learn.Learner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Complete runs with every router: their saved state, and the effect of balance losses. */
class RouterRunTest {
    private static final String PLAIN_MOEP =
            "preset: moep, hidden_size: 16, num_hidden_layers: 3, parallel: {hidden_size: 8,"
                    + " num_attention_heads: 2, intermediate_size: 16}";

    /** Routers of several kinds in one model: noisy ones in the maps, and adaptive biases in the blocks. */
    private static final String MOEP = PLAIN_MOEP.replace(
            "16}",
            "16, blocks: {router: {kind: loss_free, bias_update_rate: 0.05}}, projections: {router: noisy_top_k}}");

    @TempDir
    Path folder;

    static Stream<String> routers() {
        return Stream.of(
                "noisy_top_k",
                "sinkhorn",
                "expert_choice",
                "{kind: loss_free, bias_update_rate: 0.05}",
                "{kind: task_aware, categories: [odd, even]}",
                "hash",
                "uniform",
                "soft",
                "top_k, input_jitter: 0.1, expert_dropout: 0.2, capacity_factor: {train: 0.9},"
                        + " losses: {importance_load: 0.01, switch_balance: {kind: linear, from: 0.0, to: 0.1}}",
                MOEP);
    }

    private Path text() {
        Path file = folder.resolve("text.jsonl");
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < 120; i++) {
            content.append(String.format(
                    Locale.ROOT,
                    "{\"text\": \"the %d cats sat on %d mats\", \"category\": \"%s\"}\n",
                    i,
                    i * 7 % 13,
                    i % 2 == 0 ? "even" : "odd"));
        }
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return file;
    }

    private static String model(String router) {
        if (router.contains("preset: ")) {
            return router;
        }
        return String.format(
                Locale.ROOT,
                "preset: llama, hidden_size: 16, num_hidden_layers: 2, moe: {num_experts: 4, num_experts_per_tok: %d, router: %s}",
                router.equals("soft") ? 4 : 2,
                router);
    }

    private TrainRun.Result run(String router, String output, boolean resume, StopSignal signal) {
        RecipeDraft draft = RecipeDraft.of(
                Yaml.parse(String.format(Locale.ROOT, """
            name: run
            data: {source: %s, tokenizer: byte, validation: {documents: 0.2}}
            model: {num_attention_heads: 2, max_position_embeddings: 16, %s}
            train: {batch_size: 4, micro_batch_size: 2, steps: 7, learning_rate: 3.0e-3, eval_every: 4, eval_tokens: 100, log_every: 1}
            engine: {precision: fp32}
            """, text(), model(router)), "test.yaml"), "test.yaml");
        return Runs.run(draft, folder.resolve(output), resume, signal);
    }

    @ParameterizedTest
    @MethodSource("routers")
    void aRunThatWasStoppedEndsBitForBitLikeOneThatWasNot(String router) {
        run(router, "whole", false, StopSignal.NEVER);
        assertThat(run(router, "parts", false, StopSignals.afterPolls(3)).finished())
                .isFalse();
        assertThat(run(router, "parts", true, StopSignal.NEVER).finished()).isTrue();
        RunFolder whole = RunFolder.open(folder.resolve("whole/run"));
        RunFolder parts = RunFolder.open(folder.resolve("parts/run"));
        assertThat(tensors(parts)).isEqualTo(tensors(whole));
        assertThat(log(parts)).isEqualTo(log(whole));
        assertThat(parts.samples().read()).isEqualTo(whole.samples().read());
    }

    private static Map<String, List<Float>> tensors(RunFolder run) {
        Map<String, List<Float>> all = new TreeMap<>();
        try (SavedModel saved = SavedModel.load(run, SavedModel.LAST)) {
            saved.model().tensors().forEach(p -> {
                List<Float> values = new ArrayList<>();
                for (float value : p.value().toFloats()) {
                    values.add(value);
                }
                all.put(p.name(), values);
            });
        }
        return all;
    }

    private static List<String> log(RunFolder run) {
        return MetricsLog.read(run.metrics()).stream()
                .map(line -> line.step() + " " + scalars(line) + " " + line.lists())
                .toList();
    }

    private static Map<String, Double> scalars(MetricLine line) {
        Map<String, Double> kept = new TreeMap<>(line.scalars());
        kept.keySet()
                .removeIf(name -> name.contains("per_second") || name.contains("memory") || name.contains("flops"));
        return kept;
    }

    @Test
    void aLossFreeRunSavesItsBiasesAndLogsCategories() {
        run("{kind: loss_free, bias_update_rate: 0.05}", "out", false, StopSignal.NEVER);
        RunFolder run = RunFolder.open(folder.resolve("out/run"));
        assertThat(tensors(run).get("layers.1.moe.router.e_score_correction_bias"))
                .hasSize(4)
                .anyMatch(value -> value != 0);
        assertThat(run.lastMetrics()).containsKeys("moe/0/specialisation", "moe/1/category_information");
        assertThat(MetricsLog.read(run.metrics()).getFirst().lists().get("moe/0/weight_by_rank"))
                .hasSize(2);
    }

    @Test
    void expertsOfParallelLayersAreProfiledToo() {
        run(PLAIN_MOEP, "out", false, StopSignal.NEVER);
        RunFolder folderOfRun = RunFolder.open(folder.resolve("out/run"));
        List<ExpertProfile> layers = folderOfRun.experts().layers();
        assertThat(layers).hasSize(3).allSatisfy(layer -> {
            assertThat(layer.load()).hasSize(4);
            assertThat(layer.load().stream().mapToDouble(Double::doubleValue).sum())
                    .isCloseTo(1, within(1e-9));
            assertThat(layer.categories()).containsExactlyInAnyOrder("even", "odd");
            assertThat(layer.specialisation()).isBetween(0.0, 1.0);
        });
        assertThat(layers.get(1).liked().stream().mapToInt(List::size).sum()).isPositive();
        RunRecord record = RunRecords.read(folderOfRun, "run", "run");
        assertThat(record.mixtures()).containsExactly("shrink", "1", "grow");
        assertThat(record.routing()).hasSize(3);
        assertThat(record.mixtureInText(1)).isEqualTo("layer 1");
        assertThat(record.mixtureInText(2)).isEqualTo("grow");
    }

    @Test
    void categoriesThatTheDataLacksAreRefused() {
        assertThatThrownBy(() -> run("{kind: task_aware, categories: [noun]}", "out", false, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("model.moe.router")
                .hasMessageContaining("none of noun")
                .hasMessageContaining("even, odd");
    }

    @Test
    void thePublishedSignCollapsesARunAndTheCorrectedOneDoesNot() {
        assertThat(largestLoad(BalanceLoss.ENTROPY_PAPER_SIGN)).isGreaterThan(0.9);
        assertThat(largestLoad(BalanceLoss.ENTROPY_BALANCE)).isLessThan(0.5);
    }

    /** Trains 120 steps with one of four experts per token, and returns the largest share of tokens of an expert. */
    private static double largestLoad(BalanceLoss loss) {
        MoeSpec moe = new MoeSpec(4, 1, false, new TopKRouter.Spec(), Coefficients.NONE.with(loss, 1));
        ModelSpec spec = Tiny.sparse(moe);
        try (LanguageModel model = LanguageModel.build(spec, 1);
                Learner learner = Tiny.learner(model, Context.TRAINING, 8, 3e-3, 0, 0)) {
            List<LoadStatistics> load = List.of();
            for (int i = 0; i < 120; i++) {
                int[] ids = Tiny.ids(8, i);
                Rows rows = new Rows(Tiny.inputs(ids), Tiny.targets(ids), 8);
                load = learner.step(rows, i == 119).losses().load();
            }
            return load.stream()
                    .mapToDouble(l -> (l.maxViolation() + 1) / 4)
                    .average()
                    .orElseThrow();
        }
    }
}
