package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import dev.mojave.data.Texts;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.trials.ExperimentOptions;
import dev.mojave.lab.trials.MainCommands;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.StudyResult;
import dev.mojave.result.study.Summary;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.StudyRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Complete studies of tiny models, each trial in its own process. */
@Timeout(600)
class StudyRunnerTest {
    private static final String RECIPE = """
            name: tiny
            data: {source: TEXT, tokenizer: byte, validation: {tail: 0.2}}
            model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 24,
              max_position_embeddings: 16}
            train: {batch_size: 4, learning_rate: 3.0e-3, schedule: {kind: cosine, warmup_steps: 2}, eval_every: 4,
              checkpoint: {every: 4, keep: 1}}
            engine: {precision: fp32, kernels: plain, threads: 1}
            arms:
              dense: {match: {arm: moe, by: active}}
              moe: {model: {moe: {num_experts: 4, num_experts_per_tok: 2, losses: {switch_balance: 0.01}}}}
            seeds: SEEDS
            budget: {tokens: TOKENS}
            """;

    @TempDir
    Path folder;

    private int jobs = 1;
    private boolean foretell = false;
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private Path text = Path.of("unset");

    @BeforeEach
    void writeText() throws IOException {
        text = Texts.cats(folder, 400);
    }

    @Test
    void oneSeedRunsEndsAndIsNotDoneAgain() {
        StudyRunner.Result result = run("[1]", 512, "out", false, StopSignal.NEVER);

        assertThat(result.finished()).isTrue();
        assertThat(result.output().missing()).isEmpty();
        assertThat(result.output().result().arms()).extracting(ArmResult::name).containsExactly("dense", "moe");
        assertThat(result.output().result().arms()).allSatisfy(arm -> {
            assertThat(arm.valLoss().mean()).isBetween(2.0, 6.0);
            assertThat(arm.peakMemoryBytes()).isGreaterThan(50_000_000);
            assertThat(arm.generateTokensPerSecond()).isPositive();
            assertThat(arm.samples()).hasSize(1);
        });
        assertThat(result.output().result().verdict()).startsWith("One seed cannot separate");
        assertThat(said)
                .anyMatch(line ->
                        line.matches("trial 1/2 dense/seed-1: validation loss \\d\\.\\d{4} nats per token, .*"));
        Path study = result.folder();
        assertThat(Json.read(study.resolve("results.json"), StudyResult.class))
                .isEqualTo(result.output().result());
        assertThat(Json.read(study.resolve("status.json"), Status.class).state())
                .isEqualTo(Status.State.FINISHED);
        assertThat(StudyRecipe.read(study.resolve("recipe.yaml"), List.of()).tree())
                .isEqualTo(recipe("[1]", 512).tree());

        assertThatThrownBy(() -> run("[1]", 512, "out", false, StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessage(study
                        + " already exists; continue it with --resume auto, choose another --name, or replace it with "
                        + "--overwrite");
        StudyRunner.Result again = run("[1]", 512, "out", true, StopSignal.NEVER);
        assertThat(again.alreadyFinished()).isTrue();
        assertThat(again.output().result()).isEqualTo(result.output().result());
    }

    /** The forecast comes before training, and only if training takes longer than the measurement. */
    @Test
    void saysFirstHowLongItTakes() {
        foretell = true;
        StopSignal atOnce = StopSignals.when(() -> true);
        run("[1]", 100_000_000, "long", false, atOnce);
        assertThat(said)
                .anyMatch(line -> line.matches(
                        "2 trials, one after another: about \\d+ to \\d+ (minutes|hours) on this machine"));
        said.clear();
        run("[1]", 512, "short", false, atOnce);
        assertThat(said).noneMatch(line -> line.contains("on this machine"));
    }

    @Test
    void twoSideBySideEndWithTheLossesOfOneAfterAnotherAndTheirCostsAreMarked() throws IOException {
        StudyResult one =
                run("[1]", 256, "one", false, StopSignal.NEVER).output().result();
        jobs = 2;
        StudyRunner.Result run = run("[1]", 256, "two", false, StopSignal.NEVER);
        StudyResult two = run.output().result();

        assertThat(two.arms()).extracting(ArmResult::valLoss).isEqualTo(losses(one));
        assertThat(two.arms())
                .extracting(ArmResult::samples)
                .isEqualTo(one.arms().stream().map(ArmResult::samples).toList());
        assertThat(two.comparisons()).isEqualTo(one.comparisons());
        assertThat(one.besideOthers()).isFalse();
        assertThat(two.besideOthers()).isTrue();
        Path file = run.folder().resolve("results.json");
        assertThat(Json.read(file, StudyResult.class)).isEqualTo(two);
        String json = Files.readString(file);
        assertThat(json).contains("\"jobs\" : 2");

        // As written by versions that did not record jobs.
        Files.writeString(file, json.replaceFirst(",\\s*\"jobs\" : 2", ""));
        assertThat(Json.read(file, StudyResult.class).besideOthers()).isFalse();
    }

    private static List<Summary> losses(StudyResult result) {
        return result.arms().stream().map(ArmResult::valLoss).toList();
    }

    @Test
    void aRecipeThatDoesNotHoldTogetherLeavesNothingBehind() {
        ObjectNode broken = Trees.with(recipe("[1]", 512).tree(), "arms.dense.match.arm", Yaml.value("dense", "test"));
        assertThatThrownBy(() -> StudyRunner.run(
                        StudyDesign.of(StudyRecipe.of(broken, "study.yaml")),
                        options("out", false),
                        Progress.SILENT,
                        StopSignal.NEVER))
                .isInstanceOf(Failure.class);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aFolderOfSomethingElseIsLeftAlone() throws IOException {
        Path taken = Files.createDirectories(folder.resolve("out/tiny"));
        Files.writeString(taken.resolve("thesis.txt"), "precious");
        assertThatThrownBy(() -> StudyRunner.run(
                        StudyDesign.of(recipe("[1]", 512)),
                        new ExperimentOptions(
                                folder.resolve("out"),
                                false,
                                true,
                                "test",
                                OptionalInt.empty(),
                                false,
                                new MainCommands()),
                        Progress.SILENT,
                        StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessage(taken + " already exists and is not a study; choose another --name or --output");
        assertThat(taken.resolve("thesis.txt")).hasContent("precious");
    }

    /** A killed trial, then a stopped study, then a resumed one: the same losses, bit for bit, as an uninterrupted study. */
    @Test
    @Tag("slow")
    void killedStoppedAndResumedEndsLikeUndisturbed() throws Exception {
        StudyResult whole =
                run("[1, 2]", 6400, "whole", false, StopSignal.NEVER).output().result();

        Path victim = folder.resolve("parts/tiny/trials/moe/seed-1");
        Thread killer = Thread.ofPlatform().start(() -> killTrialOf(victim));
        StudyRunner.Result first = run("[1, 2]", 6400, "parts", false, whenBegun("parts/tiny/trials/dense/seed-2"));
        killer.join();
        assertThat(first.finished()).isFalse();
        assertThat(RunFolder.open(victim).status().state()).isEqualTo(Status.State.FAILED);
        assertThat(RunFolder.open(victim).status().reason()).contains("signal 9");
        assertThat(said).anyMatch(line -> line.contains("moe/seed-1: failed: its process was ended by signal 9"));
        assertThat(said).anyMatch(line -> line.contains("dense/seed-2: stopped and saved"));

        StudyRunner.Result second = run("[1, 2]", 6400, "parts", true, StopSignal.NEVER);
        assertThat(second.finished()).isTrue();
        assertThat(second.output().missing()).isEmpty();
        StudyResult parts = second.output().result();
        for (int arm = 0; arm < 2; arm++) {
            assertThat(parts.arms().get(arm).valLoss())
                    .isEqualTo(whole.arms().get(arm).valLoss());
            assertThat(parts.arms().get(arm).bestValLoss())
                    .isEqualTo(whole.arms().get(arm).bestValLoss());
            assertThat(parts.arms().get(arm).samples())
                    .isEqualTo(whole.arms().get(arm).samples());
        }
        assertThat(parts.comparisons()).isEqualTo(whole.comparisons());
        assertThat(parts.gapOverTraining()).isEqualTo(whole.gapOverTraining());
        assertThat(parts.verdict()).isEqualTo(whole.verdict());
    }

    /** Waits until a trial has saved a checkpoint, then kills the process that works on it. */
    private static void killTrialOf(Path trial) {
        long deadline = System.nanoTime() + Duration.ofMinutes(4).toNanos();
        while (!Files.exists(trial.resolve("checkpoints/last")) && System.nanoTime() < deadline) {
            sleep();
        }
        // The trial is the only child process; its arguments cannot identify it, since a class path is too long for the
        // system to return.
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
    }

    private static void sleep() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks to stop as soon as a trial has saved a checkpoint. */
    private StopSignal whenBegun(String trial) {
        Path checkpoint = folder.resolve(trial).resolve("checkpoints/last");
        return StopSignals.when(() -> Files.exists(checkpoint));
    }

    private StudyRunner.Result run(String seeds, long tokens, String output, boolean resume, StopSignal signal) {
        Progress progress = (Progress) java.lang.reflect.Proxy.newProxyInstance(
                Progress.class.getClassLoader(), new Class<?>[] {Progress.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("say")) {
                        said.add(String.valueOf(arguments[0]));
                    }
                    return null;
                });
        return StudyRunner.run(StudyDesign.of(recipe(seeds, tokens)), options(output, resume), progress, signal);
    }

    private ExperimentOptions options(String output, boolean resume) {
        return new ExperimentOptions(
                folder.resolve(output), resume, false, "test", OptionalInt.of(jobs), foretell, new MainCommands());
    }

    private StudyRecipe recipe(String seeds, long tokens) {
        String yaml = RECIPE.replace("TEXT", text.toString())
                .replace("SEEDS", seeds)
                .replace("TOKENS", Long.toString(tokens));
        return StudyRecipe.of(Yaml.parse(yaml, "study.yaml"), "study.yaml");
    }
}
