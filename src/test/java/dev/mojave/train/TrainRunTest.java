package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.Texts;
import dev.mojave.model.ModelCounts;
import dev.mojave.optim.AdamW;
import dev.mojave.optim.Muon;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.model.SavedModel;
import dev.mojave.run.recipe.RecipeDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class TrainRunTest {
    private static final String DENSE = """
            name: run
            data: {source: %s, tokenizer: char, validation: {tail: 0.2}, document_separator: false}
            model: {preset: gpt2, hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 16, dropout: 0.1}
            train: {batch_size: 4, steps: 24, learning_rate: 3.0e-3, schedule: {kind: cosine, warmup_steps: 4}, eval_every: 8,
              eval_tokens: 200, log_every: 3, checkpoint: {every: 10, keep: 1}, seed: 5}
            engine: {precision: fp32}
            """;
    private static final String SPARSE = """
            name: run
            data: {source: %s, tokenizer: byte, validation: {tail: 0.2}}
            model: {preset: llama, hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 16,
              moe: {num_experts: 4, num_experts_per_tok: 2, losses: {switch_balance: 0.01, router_z: 0.001}}}
            train: {batch_size: 4, micro_batch_size: 2, steps: 24, learning_rate: 3.0e-3, schedule: {kind: linear, warmup_steps: 4},
              eval_every: 8, eval_tokens: 200, log_every: 3, checkpoint: {every: 10, keep: 1}, train_subset_tokens: 64, seed: 5}
            engine: {precision: fp32}
            """;

    @TempDir
    Path folder;

    private Path text;

    @BeforeEach
    void writeText() throws IOException {
        text = Texts.cats(folder, 300);
    }

    private RecipeDraft draft(String recipe, String... changes) {
        ObjectNode tree = Yaml.parse(String.format(Locale.ROOT, recipe, text), "test.yaml");
        for (String change : changes) {
            String[] parts = change.split("=", 2);
            tree = dev.mojave.base.tree.Trees.with(tree, parts[0], Yaml.value(parts[1], "test"));
        }
        return RecipeDraft.of(tree, "test.yaml");
    }

    private TrainRun.Result run(RecipeDraft draft, String output, boolean resume, StopSignal signal) {
        return Runs.run(draft, folder.resolve(output), resume, signal);
    }

    @ParameterizedTest
    @ValueSource(strings = {DENSE, SPARSE})
    void aRunThatWasStoppedTwiceEndsBitForBitLikeOneThatWasNot(String recipe) {
        stoppedTwice(draft(recipe));
    }

    /** Muon keeps one momentum per matrix and per stack of experts, and AdamW's two moments for the other parameters. */
    @Test
    void aRunOfMuonWithAWindowIsResumedBitForBitToo() {
        stoppedTwice(draft(SPARSE, "train.optimizer={kind: muon}", "model.sliding_window=5"));
    }

    private void stoppedTwice(RecipeDraft draft) {
        run(draft, "whole", false, StopSignal.NEVER);
        assertThat(run(draft, "parts", false, StopSignals.afterPolls(5)).finished())
                .isFalse();
        assertThat(RunFolder.open(folder.resolve("parts/run")).status().state()).isEqualTo(Status.State.INTERRUPTED);
        assertThat(run(draft, "parts", true, StopSignals.afterPolls(12)).finished())
                .isFalse();
        assertThat(run(draft, "parts", true, StopSignal.NEVER).finished()).isTrue();

        RunFolder whole = RunFolder.open(folder.resolve("whole/run"));
        RunFolder parts = RunFolder.open(folder.resolve("parts/run"));
        assertThat(weights(parts)).isEqualTo(weights(whole));
        assertThat(deterministic(parts)).isEqualTo(deterministic(whole));
        assertThat(parts.samples().read()).isEqualTo(whole.samples().read()).hasSize(1);
    }

    /** Existing checkpoints store the evaluation under this key, whatever the name of its class. */
    @Test
    void aCheckpointHoldsTheBestLossOfTheEvaluation() {
        run(draft(SPARSE), "out", false, StopSignal.NEVER);
        RunFolder run = RunFolder.open(folder.resolve("out/run"));
        double best = MetricsLog.read(run.metrics()).stream()
                .flatMap(line -> Optional.ofNullable(line.scalars().get("val/loss")).stream())
                .min(Double::compare)
                .orElseThrow();
        Map<String, JsonNode> listeners = run.checkpoints().state(24).listeners();
        assertThat(listeners).containsOnlyKeys("evaluation");
        assertThat(listeners.get("evaluation")).hasToString("{\"best_val_loss\":" + best + "}");
    }

    @Test
    void whatTrainingHoldsGoesByTheOptimiser() {
        ModelCounts counts = new ModelCounts(1000, 1000, 600, 600, 1);
        assertThat(TrainRun.bytes(counts, new AdamW.Spec(List.of(0.9, 0.95), 1e-8, 0.1)))
                .isEqualTo(4 * 4 * 1000);
        // A matrix has one momentum, an embedding two moments.
        assertThat(TrainRun.bytes(counts, new Muon.Spec(0.95, 5, List.of(0.9, 0.95), 1e-8, 0.1)))
                .isEqualTo(4 * (3 * 600 + 4 * 400));
    }

    @Test
    void aModelThatDoesNotFitIsRefusedBeforeItIsBuilt() {
        assertThatThrownBy(() -> run(
                        draft(DENSE, "model.hidden_size=1048576", "model.num_hidden_layers=64"),
                        "large",
                        false,
                        StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessageMatching(
                        "out of memory: training [\\d,]+ parameters takes \\d+ GB \\(weights, gradients and the state of adamw, in float32\\), but only"
                                + " [\\d.]+ [GM]B is free; lower model.hidden_size, .*");
        assertThat(folder.resolve("large")).doesNotExist();
    }

    private static List<List<Float>> weights(RunFolder run) {
        return weights(run, 24);
    }

    private static List<List<Float>> weights(RunFolder run, long step) {
        try (SavedModel saved = SavedModel.load(run, SavedModel.LAST)) {
            assertThat(saved.step()).isEqualTo(step);
            List<List<Float>> all = new ArrayList<>();
            saved.model().parameters().forEach(p -> {
                List<Float> values = new ArrayList<>();
                for (float value : p.value().toFloats()) {
                    values.add(value);
                }
                all.add(values);
            });
            return all;
        }
    }

    /** Returns the log without the values that depend on the clock or on memory. */
    private static List<String> deterministic(RunFolder run) {
        return MetricsLog.read(run.metrics()).stream()
                .map(line -> line.step() + " " + line.tokens() + " " + scalars(line) + " " + line.lists())
                .toList();
    }

    private static Map<String, Double> scalars(MetricLine line) {
        Map<String, Double> kept = new java.util.TreeMap<>(line.scalars());
        kept.keySet()
                .removeIf(name -> name.contains("per_second") || name.contains("memory") || name.contains("flops"));
        return kept;
    }

    @Test
    void theLogHasTheStandardNames() {
        run(draft(SPARSE), "out", false, StopSignal.NEVER);
        List<MetricLine> lines =
                MetricsLog.read(RunFolder.open(folder.resolve("out/run")).metrics());
        Map<String, Double> last = RunFolder.open(folder.resolve("out/run")).lastMetrics();
        assertThat(last.keySet())
                .contains(
                        "train/loss",
                        "train/ce",
                        "train/learning_rate",
                        "train/grad_norm",
                        "train/tokens_per_second",
                        "val/loss",
                        "val/perplexity",
                        "val/bits_per_token",
                        "val/bits_per_byte",
                        "train_subset/loss",
                        "memory/peak_bytes",
                        "loss/switch_balance",
                        "loss/router_z",
                        "moe/0/max_violation",
                        "moe/1/load_entropy",
                        "moe/1/routing_entropy",
                        "moe/0/dead_experts",
                        "moe/0/drop_rate",
                        "generate/tokens_per_second");
        assertThat(lines.get(1).lists().get("moe/0/load")).hasSize(4);
        assertThat(last.get("moe/0/drop_rate")).isZero();
        assertThat(last.get("val/perplexity"))
                .isCloseTo(
                        Math.exp(last.getOrDefault("val/loss", Double.NaN)),
                        org.assertj.core.api.Assertions.within(1e-9));
    }

    @Test
    void theModelLearnsMoreThanTokenFrequencies() {
        run(
                draft(
                        DENSE,
                        "train.steps=200",
                        "train.learning_rate=1.0e-2",
                        "train.eval_every=200",
                        "model.dropout=0.0"),
                "out",
                false,
                StopSignal.NEVER);
        assertThat(RunFolder.open(folder.resolve("out/run")).lastMetrics().get("val/loss"))
                .isLessThan(1.0);
    }

    /** A process that is killed before its first checkpoint leaves a folder that records its initial weights. */
    @Test
    void aRunFromOtherWeightsThatHasNoCheckpointYetBeginsWithThemAgain() throws IOException {
        run(draft(DENSE, "train.seed=9"), "first", false, StopSignal.NEVER);
        Path first = folder.resolve("first/run");
        from(first, "whole", false);
        from(first, "parts", false);
        RunFolder parts = RunFolder.open(folder.resolve("parts/run"));
        dev.mojave.base.files.Folders.delete(parts.path().resolve("checkpoints"));
        parts.write(parts.status().with(Status.State.INTERRUPTED, "killed"));
        run(draft(DENSE), "parts", true, StopSignal.NEVER);

        assertThat(weights(parts)).isEqualTo(weights(RunFolder.open(folder.resolve("whole/run"))));

        dev.mojave.base.files.Folders.delete(parts.path().resolve("checkpoints"));
        parts.write(parts.status().with(Status.State.INTERRUPTED, "killed"));
        run(draft(DENSE, "train.steps=32", "train.schedule.warmup_steps=4"), "first", false, true);
        assertThatThrownBy(() -> run(draft(DENSE), "parts", true, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessage(parts.path() + " was started from " + first
                        + ", whose weights have changed since; start again with --overwrite");
    }

    private void from(Path weights, String output, boolean overwrite) {
        TrainRun.run(
                draft(DENSE),
                new TrainRun.Options(folder.resolve(output), false, overwrite, Optional.of(weights), "test"),
                Progress.SILENT,
                StopSignal.NEVER);
    }

    private void run(RecipeDraft draft, String output, boolean resume, boolean overwrite) {
        TrainRun.run(
                draft,
                new TrainRun.Options(folder.resolve(output), resume, overwrite, Optional.empty(), "test"),
                Progress.SILENT,
                StopSignal.NEVER);
    }

    @Test
    void anExistingNameIsRefusedAndAFinishedRunSaysSo() {
        run(draft(DENSE), "out", false, StopSignal.NEVER);
        assertThatThrownBy(() -> run(draft(DENSE), "out", false, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("--resume auto")
                .hasMessageContaining("--overwrite");
        assertThat(run(draft(DENSE), "out", true, StopSignal.NEVER).alreadyFinished())
                .isTrue();
    }

    @Test
    void aFinishedRunIsNoAnswerToAnotherRecipe() {
        run(draft(DENSE), "out", false, StopSignal.NEVER);
        assertThatThrownBy(() -> run(
                        draft(DENSE, "train.learning_rate=5.0e-2", "train.steps=80"), "out", true, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("was started with another recipe")
                .hasMessageContaining("train.learning_rate (0.003 there, 0.05 here)");
        assertThat(run(draft(DENSE, "train.eval_every=4", "train.checkpoint.every=3"), "out", true, StopSignal.NEVER)
                        .alreadyFinished())
                .isTrue();
    }

    private static final String CONSTANT = "train.schedule={kind: constant, warmup_steps: 4, min_learning_rate: null}";
    private static final String WSD = "train.schedule={kind: wsd, warmup_steps: 4, decay_fraction: 0.5}";

    @ParameterizedTest
    @ValueSource(strings = {DENSE, SPARSE})
    void aFinishedRunOfAConstantScheduleGoesOnAsIfItHadNeverEnded(String recipe) {
        run(draft(recipe, CONSTANT, "train.steps=40"), "whole", false, StopSignal.NEVER);
        run(draft(recipe, CONSTANT), "longer", false, StopSignal.NEVER);
        RunFolder longer = RunFolder.open(folder.resolve("longer/run"));
        assertThat(longer.status().state()).isEqualTo(Status.State.FINISHED);
        String first = longer.provenance().recipeSha256();
        assertThat(run(draft(recipe, CONSTANT, "train.steps=40"), "longer", true, StopSignals.afterPolls(7))
                        .finished())
                .isFalse();
        assertThat(longer.recipe().train().steps()).isEqualTo(40);
        assertThat(longer.provenance().recipeSha256())
                .isEqualTo(longer.recipe().sha256())
                .isNotEqualTo(first);
        assertThat(run(draft(recipe, CONSTANT, "train.steps=40"), "longer", true, StopSignal.NEVER)
                        .finished())
                .isTrue();

        RunFolder whole = RunFolder.open(folder.resolve("whole/run"));
        assertThat(weights(longer, 40)).isEqualTo(weights(whole, 40));
        assertThat(deterministic(longer)).isEqualTo(deterministic(whole));
        assertThat(longer.lastMetrics()).containsKey("generate/tokens_per_second");
        assertThat(longer.samples().read())
                .hasSize(2)
                .contains(whole.samples().read().getLast());
        assertThat(longer.status().totalSteps()).isEqualTo(40);
        assertThat(run(draft(recipe, CONSTANT, "train.steps=40"), "longer", true, StopSignal.NEVER)
                        .alreadyFinished())
                .isTrue();
    }

    @Test
    void theLengthMayBeGivenInAnotherUnit() {
        run(draft(DENSE, CONSTANT), "out", false, StopSignal.NEVER);
        // 4 sequences of 16 tokens per step.
        RecipeDraft tokens = draft(DENSE, CONSTANT, "train.steps=null", "train.tokens=1920");
        assertThat(run(tokens, "out", true, StopSignal.NEVER).finished()).isTrue();
        assertThat(RunFolder.open(folder.resolve("out/run")).status().step()).isEqualTo(30);
    }

    @Test
    void aRunThatHasNotBegunToDecayGoesOnToAnotherLength() {
        run(draft(DENSE, WSD), "out", false, StopSignals.afterPolls(10));
        assertThat(run(draft(DENSE, WSD, "train.steps=32"), "out", true, StopSignal.NEVER)
                        .finished())
                .isTrue();
        run(draft(DENSE, WSD, "train.steps=32"), "whole", false, StopSignal.NEVER);
        RunFolder longer = RunFolder.open(folder.resolve("out/run"));
        RunFolder whole = RunFolder.open(folder.resolve("whole/run"));
        assertThat(weights(longer, 32)).isEqualTo(weights(whole, 32));
        assertThat(deterministic(longer)).isEqualTo(deterministic(whole));
    }

    @Test
    void aLengthThatWouldChangeThePastIsRefusedWithTheReason() {
        run(draft(DENSE), "cosine", false, StopSignal.NEVER);
        assertThatThrownBy(() -> run(draft(DENSE, "train.steps=48"), "cosine", true, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining(
                        "cannot continue to 48 optimiser steps instead of 24: its cosine schedule depends on the length:"
                                + " step 6 of 24 had the learning rate 0.002983 and would have had 0.002997")
                .hasMessageContaining("start again with another --name");
        run(draft(DENSE, WSD), "wsd", false, StopSignal.NEVER);
        assertThatThrownBy(() -> run(draft(DENSE, WSD, "train.steps=48"), "wsd", true, StopSignal.NEVER))
                .hasMessageContaining("its decay has begun: step 14 of 24");
        run(draft(DENSE, CONSTANT), "constant", false, StopSignal.NEVER);
        assertThatThrownBy(() -> run(draft(DENSE, CONSTANT, "train.steps=20"), "constant", true, StopSignal.NEVER))
                .hasMessageContaining("has already done 24 optimiser steps, but the new length is 20");
        assertThatThrownBy(() -> run(
                        draft(DENSE, "train.schedule={kind: constant, warmup_steps: 8}", "train.steps=48"),
                        "constant",
                        true,
                        StopSignal.NEVER))
                .hasMessageContaining("to train longer, add --set train.schedule.warmup_steps=4");
        String moving = "model.moe.losses.switch_balance={kind: linear, from: 0.02, to: 0.0}";
        run(draft(SPARSE, CONSTANT, moving), "sparse", false, StopSignal.NEVER);
        assertThatThrownBy(
                        () -> run(draft(SPARSE, CONSTANT, moving, "train.steps=48"), "sparse", true, StopSignal.NEVER))
                .hasMessageContaining("the coefficients of its balance losses depend on the length, from step 2 on");
        assertThat(RunFolder.open(folder.resolve("sparse/run")).status().state())
                .isEqualTo(Status.State.FINISHED);
    }

    @Test
    void resumingWithAnotherModelNamesTheKey() {
        run(draft(DENSE), "out", false, StopSignals.afterPolls(3));
        assertThatThrownBy(() -> run(draft(DENSE, "model.hidden_size=32"), "out", true, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageContaining("model.hidden_size");
    }

    @Test
    void resumingOnOtherTextIsRefused() throws IOException {
        run(draft(DENSE), "out", false, StopSignals.afterPolls(3));
        Files.writeString(text, Files.readString(text).replace("cats", "rats"));
        assertThatThrownBy(() -> run(draft(DENSE), "out", true, StopSignal.NEVER))
                .hasMessageContaining("was trained on different data");
    }

    @Test
    void trainingThatDivergesStopsAndKeepsTheLastCheckpoint() {
        RecipeDraft wild = draft(
                DENSE,
                "train.learning_rate=1.0e+30",
                "train.gradient_clip=0",
                "train.schedule={kind: constant, warmup_steps: 2}",
                "train.checkpoint.every=1",
                "train.optimizer={kind: adamw, weight_decay: 0.0}");
        assertThatThrownBy(() -> run(wild, "out", false, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.TRAINING))
                .hasMessageContaining("diverged")
                .hasMessageContaining("train.learning_rate");
        RunFolder run = RunFolder.open(folder.resolve("out/run"));
        assertThat(run.status().state()).isEqualTo(Status.State.FAILED);
        assertThat(run.checkpoints().last()).isPresent();
    }

    @Test
    void aRunStartsFromTheWeightsOfAnother() {
        run(draft(DENSE), "first", false, StopSignal.NEVER);
        double before =
                RunFolder.open(folder.resolve("first/run")).lastMetrics().getOrDefault("val/loss", Double.NaN);
        TrainRun.run(
                draft(
                        DENSE,
                        "train.steps=6",
                        "train.learning_rate=1.0e-6",
                        "train.schedule={kind: constant, warmup_steps: 0}"),
                new TrainRun.Options(
                        folder.resolve("second"), false, false, Optional.of(folder.resolve("first/run")), "test"),
                Progress.SILENT,
                StopSignal.NEVER);
        assertThat(RunFolder.open(folder.resolve("second/run")).lastMetrics().get("val/loss"))
                .isCloseTo(before, org.assertj.core.api.Assertions.within(0.01));
    }

    @Test
    void aContextLongerThanTheTextIsRefusedAndLeavesEverythingAsItWas() {
        RecipeDraft longer = draft(DENSE, "model.max_position_embeddings=100000");
        assertThatThrownBy(() -> run(longer, "out", false, StopSignal.NEVER))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContaining("max_position_embeddings");
        assertThat(folder.resolve("out")).doesNotExist();

        run(draft(DENSE, "train.steps=5"), "out", false, StopSignal.NEVER);
        TrainRun.Options overwrite = new TrainRun.Options(folder.resolve("out"), false, true, Optional.empty(), "test");
        assertThatThrownBy(() -> TrainRun.run(longer, overwrite, Progress.SILENT, StopSignal.NEVER))
                .isInstanceOf(Failure.class);
        assertThat(RunFolder.open(folder.resolve("out/run")).status().state()).isEqualTo(Status.State.FINISHED);
    }
}
