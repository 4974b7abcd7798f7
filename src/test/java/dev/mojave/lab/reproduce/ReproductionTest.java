package dev.mojave.lab.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.files.Folders;
import dev.mojave.base.files.Hashes;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.Texts;
import dev.mojave.result.ReproduceResult;
import dev.mojave.result.ReproduceResult.Difference;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.RecipeDraft;
import dev.mojave.train.TrainRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class ReproductionTest {
    private static final String RECIPE = """
            name: run
            data: {source: TEXT, tokenizer: char, validation: {tail: 0.2}, document_separator: false}
            model: {preset: gpt2, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16, dropout: 0.1}
            train: {batch_size: 4, steps: 12, learning_rate: 3.0e-3, schedule: {kind: constant, warmup_steps: 4}, eval_every: 4,
              eval_tokens: 200, log_every: 3, checkpoint: {every: 5, keep: 1}, seed: 5}
            engine: {precision: fp32}
            """;
    private static final String SOMEONE_ELSES = "0123456789ab";

    @TempDir
    Path folder;

    private Path text;

    @BeforeEach
    void writeText() throws IOException {
        text = Texts.cats(folder, 300);
    }

    private RunFolder train(Path output, boolean resume, StopSignal signal, String... changes) {
        return train(output, resume, signal, Optional.empty(), "test", changes);
    }

    private RunFolder train(
            Path output, boolean resume, StopSignal signal, Optional<Path> from, String command, String... changes) {
        ObjectNode tree = Yaml.parse(RECIPE.replace("TEXT", text.toString()), "test.yaml");
        for (String change : changes) {
            String[] parts = change.split("=", 2);
            tree = Trees.with(tree, parts[0], Yaml.value(parts[1], "test"));
        }
        return TrainRun.run(
                        RecipeDraft.of(tree, "test.yaml"),
                        new TrainRun.Options(output, resume, false, from, command),
                        Progress.SILENT,
                        signal)
                .folder();
    }

    private RunFolder trained() {
        return train(folder.resolve("runs"), false, StopSignal.NEVER);
    }

    private static ReproduceResult reproduce(RunFolder run) {
        return reproduce(run, Optional.empty()).orElseThrow();
    }

    private static Optional<ReproduceResult> reproduce(RunFolder run, Optional<Path> output) {
        return Reproduction.run(
                new Reproduction.Options(run.path(), output, "reproduce"), Progress.SILENT, StopSignal.NEVER);
    }

    private static void edit(RunFolder run, String before, String after) throws IOException {
        Path file = run.path().resolve("provenance.json");
        String json = Files.readString(file);
        assertThat(json).containsPattern(before);
        Files.writeString(file, json.replaceFirst(before, after));
    }

    @Test
    void aRunComesOutBitForBitAndLeavesNothingBehind() throws IOException {
        RunFolder run = trained();
        long before = temporary();
        ReproduceResult result = reproduce(run);

        assertThat(result.differences()).isEmpty();
        assertThat(result.identical()).isTrue();
        assertThat(result.holds()).isTrue();
        assertThat(result.compared()).isEqualTo(ReproduceResult.BITS);
        assertThat(result.step()).isEqualTo(12);
        assertThat(result.valLoss())
                .isEqualTo(result.reproducedValLoss())
                .isEqualTo(run.lastMetrics().get("val/loss"));
        assertThat(result.spread()).isNull();
        assertThat(result.folder()).isNull();
        assertThat(temporary()).isEqualTo(before);
    }

    private static long temporary() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("mojave-reproduce"))
                    .count();
        }
    }

    @Test
    void aRunThatWasStoppedInTheMiddleComesOutBitForBitToo() {
        Path runs = folder.resolve("runs");
        assertThat(train(runs, false, StopSignals.afterPolls(7)).status().state())
                .isEqualTo(Status.State.INTERRUPTED);
        RunFolder run = train(runs, true, StopSignal.NEVER);

        ReproduceResult result = reproduce(run);
        assertThat(result.differences()).isEmpty();
        assertThat(result.identical()).isTrue();
    }

    @Test
    void aRunThatWentOnToMoreStepsComesOutBitForBitToo() {
        Path runs = folder.resolve("runs");
        train(runs, false, StopSignal.NEVER);
        RunFolder run = train(runs, true, StopSignal.NEVER, "train.steps=18");

        ReproduceResult result = reproduce(run);
        assertThat(result.differences()).isEmpty();
        assertThat(result.step()).isEqualTo(18);
    }

    @Test
    void oneBitOfTheWeightsIsFoundAndNamed() throws IOException {
        RunFolder run = trained();
        Path weights = run.checkpoints().weights(12);
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 4] ^= 1;
        Files.write(weights, bytes);

        ReproduceResult result = reproduce(run);
        assertThat(result.identical()).isFalse();
        assertThat(result.holds()).isFalse();
        assertThat(result.compared()).isEqualTo(ReproduceResult.BITS);
        assertThat(result.differences()).singleElement().satisfies(difference -> {
            assertThat(difference.what()).isEqualTo("weights");
            assertThat(difference.there()).matches("\\S+: element \\d+ is 0x[0-9a-f]{8}");
            assertThat(lastHex(difference.there()) ^ lastHex(difference.here())).isEqualTo(1);
        });

        // The same if the checksums were updated after the change.
        Path sums = weights.resolveSibling("SHA256SUMS");
        Files.writeString(
                sums,
                Files.readString(sums)
                        .replaceFirst(
                                "[0-9a-f]{64}  model.safetensors", Hashes.sha256(weights) + "  model.safetensors"));
        assertThat(reproduce(run).differences()).isEqualTo(result.differences());
    }

    private static long lastHex(String text) {
        return Long.parseLong(text.substring(text.lastIndexOf("0x") + 2), 16);
    }

    @Test
    void theOptimiserAndEachLineOfTheLogCount() throws IOException {
        RunFolder run = trained();
        Path optimizer = run.checkpoints().optimizer(12);
        byte[] bytes = Files.readAllBytes(optimizer);
        bytes[bytes.length - 1] ^= 1;
        Files.write(optimizer, bytes);
        MetricLine second = MetricsLog.read(run.metrics()).stream()
                .filter(line -> line.scalars().containsKey("train/loss"))
                .skip(1)
                .findFirst()
                .orElseThrow();
        int place = MetricsLog.read(run.metrics()).indexOf(second) + 1;
        double loss = second.scalars().getOrDefault("train/loss", Double.NaN);
        MetricsLog.rewrite(
                run.metrics(),
                line -> Optional.of(
                        line.equals(second)
                                ? line.with(name -> false, Map.of("train/loss", Math.nextUp(loss)))
                                : line));

        ReproduceResult result = reproduce(run);
        assertThat(result.differences()).extracting(Difference::what).containsExactly("optimizer", "metrics");
        assertThat(result.differences().getLast().there())
                .isEqualTo("line " + place + ": train/loss " + Math.nextUp(loss));
        assertThat(result.differences().getLast().here()).isEqualTo("line " + place + ": train/loss " + loss);
        assertThat(result.holds()).isFalse();
    }

    @Test
    void timeSpeedAndMemoryDoNotCount() {
        RunFolder run = trained();
        MetricsLog.rewrite(
                run.metrics(),
                line -> Optional.of(line.with(
                        name -> false,
                        Map.of(
                                "train/tokens_per_second", 1.0,
                                "memory/peak_bytes", 1.0,
                                "generate/tokens_per_second", 1.0,
                                "train/flops_share", 1.0))));
        assertThat(reproduce(run).identical()).isTrue();
    }

    @Test
    void anotherCommitMeansThatLossesAreComparedAndThereIsNothingToHoldThemAgainst() throws IOException {
        RunFolder run = trained();
        edit(run, "\"commit\" : \"[^\"]*\"", "\"commit\" : \"" + SOMEONE_ELSES + "\"");
        ReproduceResult result = reproduce(run);

        assertThat(result.compared()).isEqualTo(ReproduceResult.LOSSES);
        assertThat(result.differences()).singleElement().satisfies(difference -> {
            assertThat(difference.what()).isEqualTo("commit");
            assertThat(difference.there()).startsWith(SOMEONE_ELSES);
        });
        assertThat(result.valLoss()).isEqualTo(result.reproducedValLoss());
        assertThat(result.spread()).isNull();
        assertThat(result.spreadSeeds()).isZero();
        assertThat(result.withinSpread()).isNull();
        // The commits differ, but the bits are the same, which is reported.
        assertThat(result.identical()).isTrue();
        assertThat(result.holds()).isTrue();
    }

    @Test
    void processorEmulationLibrariesEngineAndDataAreCircumstancesToo() throws IOException {
        RunFolder run = trained();
        edit(run, "\"emulated\" : \\[[^\\]]*\\]", "\"emulated\" : [ \"MKL_ENABLE_INSTRUCTIONS=NEVER\" ]");
        edit(run, "\"libtorch\" : \"[^\"]*\"", "\"libtorch\" : \"0.9\"");
        edit(run, "\"data_sha256\" : \"[^\"]*\"", "\"data_sha256\" : \"" + "0".repeat(64) + "\"");
        ReproduceResult result = reproduce(run);

        assertThat(result.compared()).isEqualTo(ReproduceResult.LOSSES);
        assertThat(result.differences()).extracting(Difference::what).containsExactly("processor", "libraries", "data");
        assertThat(result.differences().getFirst().there()).contains("MKL_ENABLE_INSTRUCTIONS=NEVER");
        assertThat(result.differences().get(1).there()).isEqualTo("libtorch 0.9");
    }

    @Test
    void aRecordWithoutTheKindOfProcessorProvesNothing() throws IOException {
        RunFolder run = trained();
        edit(run, "(?s)\"processor\" : \\{.*?\\n    \\}", "\"processor\" : null");
        ReproduceResult result = reproduce(run);
        assertThat(result.compared()).isEqualTo(ReproduceResult.LOSSES);
        assertThat(result.differences())
                .singleElement()
                .satisfies(difference -> assertThat(difference.there()).endsWith("kind not recorded"));
    }

    /** Three seeds of an arm; the losses and the commit of the first one are edited, so that losses are compared. */
    @Test
    void aTrialIsHeldAgainstTheSpreadOfItsOtherSeeds() throws IOException {
        Path study = folder.resolve("runs/study");
        Path arm = study.resolve("trials/dense");
        Files.createDirectories(arm);
        Files.writeString(study.resolve("recipe.yaml"), "name: study\n");
        RunFolder one = train(arm, false, StopSignal.NEVER, "name=seed-1", "train.seed=1");
        RunFolder two = train(arm, false, StopSignal.NEVER, "name=seed-2", "train.seed=2");
        RunFolder three = train(arm, false, StopSignal.NEVER, "name=seed-3", "train.seed=3");
        // Not a seed of the same arm, since other settings differ too.
        train(arm, false, StopSignal.NEVER, "name=seed-4", "train.seed=4", "train.learning_rate=1.0e-2");
        edit(one, "\"commit\" : \"[^\"]*\"", "\"commit\" : \"" + SOMEONE_ELSES + "\"");
        double loss = one.lastMetrics().getOrDefault("val/loss", Double.NaN);
        lastLoss(two, 3.0);
        lastLoss(three, 3.2);
        double deviation = 0.2 / Math.sqrt(2);

        lastLoss(one, loss + 1.9 * deviation);
        ReproduceResult near = reproduce(one);
        assertThat(near.compared()).isEqualTo(ReproduceResult.LOSSES);
        assertThat(near.identical()).isFalse();
        assertThat(near.spreadSeeds()).isEqualTo(2);
        assertThat(Objects.requireNonNull(near.spread())).isCloseTo(deviation, within(1e-12));
        assertThat(near.withinSpread()).isTrue();
        assertThat(near.holds()).isTrue();

        lastLoss(one, loss + 2.1 * deviation);
        ReproduceResult far = reproduce(one);
        assertThat(far.withinSpread()).isFalse();
        assertThat(far.holds()).isFalse();

        Folders.delete(three.path());
        ReproduceResult alone = reproduce(one);
        assertThat(alone.spreadSeeds()).isEqualTo(1);
        assertThat(alone.spread()).isNull();
        assertThat(alone.holds()).isFalse();

        assertThatThrownBy(() -> reproduce(study))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(study + " is a study or a sweep; name one of its trials, for example " + one.path());
    }

    private static Optional<ReproduceResult> reproduce(Path run) {
        return Reproduction.run(
                new Reproduction.Options(run, Optional.empty(), "reproduce"), Progress.SILENT, StopSignal.NEVER);
    }

    private static void lastLoss(RunFolder run, double loss) {
        MetricsLog.rewrite(
                run.metrics(),
                line -> Optional.of(
                        line.step() == 12 && line.scalars().containsKey("val/loss")
                                ? line.with(name -> false, Map.of("val/loss", loss))
                                : line));
    }

    @Test
    void anOutputIsKeptAndNeverTheRunItself() {
        RunFolder run = trained();
        Path kept = folder.resolve("again");
        ReproduceResult result = reproduce(run, Optional.of(kept)).orElseThrow();
        assertThat(result.identical()).isTrue();
        assertThat(result.folder()).isEqualTo(kept.resolve("run").toString());
        assertThat(RunFolder.open(kept.resolve("run")).status().complete()).isTrue();

        assertThatThrownBy(() -> reproduce(run, Optional.of(folder.resolve("runs"))))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(run.path() + " already exists; choose another --output");
    }

    @Test
    void whatIsStoppedGoesOnWithTheSameCommandWhereItIsKept() {
        RunFolder run = trained();
        Path kept = folder.resolve("again");
        assertThat(Reproduction.run(
                        new Reproduction.Options(run.path(), Optional.of(kept), "reproduce"),
                        Progress.SILENT,
                        StopSignals.afterPolls(4)))
                .isEmpty();
        assertThat(RunFolder.open(kept.resolve("run")).checkpoints().last())
                .hasValueSatisfying(step -> assertThat(step).isLessThan(12));
        assertThat(reproduce(run, Optional.of(kept)).orElseThrow().identical()).isTrue();
    }

    @Test
    void whatIsStoppedOtherwiseIsRemoved() throws IOException {
        RunFolder run = trained();
        long before = temporary();
        assertThat(Reproduction.run(
                        new Reproduction.Options(run.path(), Optional.empty(), "reproduce"),
                        Progress.SILENT,
                        StopSignals.afterPolls(4)))
                .isEmpty();
        assertThat(temporary()).isEqualTo(before);
    }

    @Test
    void aRunIsStartedFromTheSameWeightsOrNotAtAll() throws IOException {
        RunFolder first = train(folder.resolve("first"), false, StopSignal.NEVER, "train.seed=8");
        RunFolder run = train(
                folder.resolve("runs"), false, StopSignal.NEVER, Optional.of(first.path()), "mojave train x --from y");
        assertThat(Objects.requireNonNull(run.provenance().startedFrom()).path())
                .isEqualTo(first.path().toString());
        assertThat(reproduce(run).identical()).isTrue();

        // As an older version of Mojave wrote it.
        String json = Files.readString(run.path().resolve("provenance.json"));
        edit(run, "(?s),\\s*\"started_from\" : \\{.*?\\}", "");
        assertThat(run.provenance().startedFrom()).isNull();
        assertUsage(
                run, ".* cannot be reproduced: it was started with --from, but its provenance.json does not record .*");

        Files.writeString(run.path().resolve("provenance.json"), json);
        Path weights = first.checkpoints().weights(first.checkpoints().best().orElseThrow());
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 4] ^= 1;
        Files.write(weights, bytes);
        assertUsage(run, ".* it was started from the weights in .*, which have changed: their SHA-256 was .*");

        Folders.delete(first.path());
        assertUsage(run, ".* it was started from the weights in .*, which cannot be read: .*");
    }

    private static void assertUsage(RunFolder run, String message) {
        assertThatThrownBy(() -> reproduce(run))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessageMatching(message);
    }

    @Test
    void whatIsUnfinishedOrWasImportedIsRefused() throws IOException {
        RunFolder half = train(folder.resolve("half"), false, StopSignals.afterPolls(4));
        assertUsage(
                half, ".* cannot be reproduced because it is not finished \\(interrupted\\); finish it first with: .*");

        RunFolder imported = trained();
        edit(imported, "\"seeds\" : \\[[^\\]]*\\]", "\"seeds\" : [ ]");
        assertUsage(imported, ".* cannot be reproduced: it was imported, so it is not known how its model was trained");
    }
}
