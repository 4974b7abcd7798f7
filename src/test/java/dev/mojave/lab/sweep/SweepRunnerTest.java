package dev.mojave.lab.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.tree.Json;
import dev.mojave.lab.trials.ExperimentOptions;
import dev.mojave.lab.trials.MainCommands;
import dev.mojave.lab.trials.TrialCommands;
import dev.mojave.result.study.SweepPoint;
import dev.mojave.result.study.SweepResult;
import dev.mojave.run.folder.Runs;
import dev.mojave.run.folder.Status;
import dev.mojave.run.recipe.RecipeDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Complete sweeps; except in one test, their trials are processes that only pretend to train. */
@Timeout(300)
class SweepRunnerTest {
    private static final String BASE = """
            name: s
            data: {source: embedded, tokenizer: byte, validation: {documents: 0.005}}
            model: {preset: llama, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 1, max_position_embeddings: 8}
            train: {batch_size: 2, tokens: 160, learning_rate: 0.001}
            engine: {precision: fp32, threads: 1, kernels: plain}
            """;

    private static final String HALVED = """
            random: {samples: 6, seed: 3, keys: {train.learning_rate: {from: 1.0e-4, to: 1.0, scale: log}}}
            halving: {rungs: [40, 80, 160], keep: 0.5}
            seeds: [2]
            """;

    @TempDir
    Path folder;

    private TrialCommands commands = new PretendSweepTrial.Commands();

    private SweepRecipe recipe(String extras) throws IOException {
        return SweepRecipe.read(Files.writeString(folder.resolve("s.yaml"), BASE + extras), List.of(), false);
    }

    private SweepRunner.Result run(SweepRecipe recipe, String output, int jobs, boolean resume, StopSignal stop) {
        return SweepRunner.run(
                recipe,
                new ExperimentOptions(
                        folder.resolve(output), resume, false, "test", OptionalInt.of(jobs), false, commands),
                Progress.SILENT,
                stop);
    }

    private static String comparable(SweepRunner.Result result) {
        SweepResult all = result.output().result();
        return Json.pretty(new SweepResult(
                        all.name(),
                        all.keys(),
                        all.points(),
                        all.effects(),
                        all.interactions(),
                        all.halving(),
                        all.unigramEntropy(),
                        all.bytesPerToken(),
                        all.headline(),
                        all.notes().stream()
                                .filter(note -> !note.contains("side by side"))
                                .toList(),
                        all.caveats(),
                        all.missing(),
                        all.provenance(),
                        1))
                .replaceAll("\"started_at\" : \"[^\"]*\"", "");
    }

    @Test
    void aGridEndsWithARankingAndTheBestPointsRecipe() throws IOException {
        SweepRecipe recipe = recipe("""
                grid: {train.learning_rate: [0.001, 0.01, 0.1], train.tokens: [160, 320]}
                seeds: [1, 2]
                """);
        SweepRunner.Result result = run(recipe, "out", 2, false, StopSignal.NEVER);
        SweepResult found = result.output().result();
        assertThat(result.finished()).isTrue();
        assertThat(found.points()).hasSize(6);
        SweepPoint best = Objects.requireNonNull(found.best());
        assertThat(best.values())
                .containsExactly(Map.entry("train.learning_rate", "0.01"), Map.entry("train.tokens", "320"));
        assertThat(best.valLoss().values()).hasSize(2);
        assertThat(found.points().getLast().values()).containsEntry("train.tokens", "160");
        assertThat(found.points()).extracting(SweepPoint::rank).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(found.headline())
                .startsWith("Of 6 points, learning_rate=0.01, tokens=320 has the lowest validation loss: ");
        assertThat(Json.read(result.folder().resolve("results.json"), SweepResult.class))
                .isEqualTo(found);
        assertThat(Json.read(result.folder().resolve("status.json"), Status.class))
                .returns(Status.State.FINISHED, Status::state)
                .returns(12L, Status::step)
                .returns(12L, Status::totalSteps);
        RecipeDraft winner = RecipeDraft.read(result.winner().orElseThrow(), List.of());
        assertThat(winner.train().learningRate()).isEqualTo(0.01);
        assertThat(winner.train().tokens()).isEqualTo(320);
        assertThat(Runs.list(folder.resolve("out")))
                .hasSize(12)
                .anySatisfy(run -> assertThat(run.name()).isEqualTo("s/trials/point-6/seed-2"));

        SweepRunner.Result again = run(recipe, "out", 1, true, StopSignal.NEVER);
        assertThat(again.alreadyFinished()).isTrue();
        assertThat(again.output().result()).isEqualTo(found);
        assertThatThrownBy(() -> run(recipe, "out", 1, false, StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("continue it with --resume auto");
        SweepRecipe other = recipe("grid: {train.tokens: [160, 320]}");
        assertThatThrownBy(() -> run(other, "out", 1, true, StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("was started with another recipe");
    }

    @Test
    void aTrialThatFailsCostsItsPointOnly() throws IOException {
        SweepRunner.Result result = run(
                recipe("grid: {train.batch_size: [2, 13, 4]}\nseeds: [1, 2]\n"), "failing", 2, false, StopSignal.NEVER);
        SweepResult found = result.output().result();
        assertThat(result.finished()).isTrue();
        assertThat(found.missing())
                .containsExactly(
                        Map.entry("point-2/seed-1", "failed: the loss is not finite"),
                        Map.entry("point-2/seed-2", "failed: the loss is not finite"));
        assertThat(found.points()).extracting(SweepPoint::name).containsExactlyInAnyOrder("point-1", "point-3");
        assertThat(result.winner()).isPresent();
        assertThat(Json.read(result.folder().resolve("status.json"), Status.class)
                        .state())
                .isEqualTo(Status.State.FAILED);
    }

    /**
     * Promotions depend only on losses: one job, three jobs, and a sweep that is stopped and whose trials are killed give the
     * same result.
     */
    @Test
    void halvingEndsAlikeHoweverItIsRunAndKilled() throws Exception {
        SweepRunner.Result whole = run(recipe(HALVED), "whole", 1, false, StopSignal.NEVER);
        SweepResult found = whole.output().result();
        SweepResult.Halving halving = Objects.requireNonNull(found.halving());
        assertThat(halving.reached().getFirst()).isEqualTo(6);
        assertThat(halving.reached().get(1)).isBetween(3, 5);
        assertThat(halving.reached().get(2)).isPositive();
        SweepPoint best = Objects.requireNonNull(found.best());
        assertThat(best.rung()).isEqualTo(3);
        assertThat(best.tokens()).isEqualTo(160);
        assertThat(found.points().getLast().rung()).isEqualTo(1);
        assertThat(found.points()).hasSize(6);
        assertThat(whole.folder().resolve("trials/" + best.name() + "/rung-3-seed-2"))
                .isDirectory();
        // No trial is prepared for a rung that its point did not reach.
        assertThat(whole.folder().resolve("trials/" + found.points().getLast().name() + "/rung-2-seed-2"))
                .doesNotExist();

        assertThat(comparable(run(recipe(HALVED), "wide", 3, false, StopSignal.NEVER)))
                .isEqualTo(comparable(whole));

        Random random = new Random(4);
        run(recipe(HALVED), "parts", 2, false, after(random.nextInt(700)));
        for (int i = 0; i < 3; i++) {
            AtomicBoolean over = new AtomicBoolean();
            Thread killer = Thread.ofPlatform().start(() -> killRepeatedly(new Random(9), over));
            run(recipe(HALVED), "parts", 2, true, after(300 + random.nextInt(700)));
            over.set(true);
            killer.join();
        }
        SweepRunner.Result parts = run(recipe(HALVED), "parts", 2, true, StopSignal.NEVER);
        assertThat(parts.output().result().missing()).isEmpty();
        assertThat(comparable(parts)).isEqualTo(comparable(whole));
        assertThat(Files.readString(parts.winner().orElseThrow()))
                .isEqualTo(Files.readString(whole.winner().orElseThrow()));
    }

    private static StopSignal after(int milliseconds) {
        long end = System.nanoTime() + milliseconds * 1_000_000L;
        return StopSignals.when(() -> System.nanoTime() > end);
    }

    private static void killRepeatedly(Random random, AtomicBoolean over) {
        while (!over.get()) {
            try {
                Thread.sleep(100 + random.nextInt(300));
            } catch (InterruptedException e) {
                return;
            }
            ProcessHandle.current().children().findFirst().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** The trials of a sweep are ordinary runs, trained by the program itself. */
    @Test
    void realTrialsTrain() throws IOException {
        commands = new MainCommands();
        SweepRunner.Result result = run(
                recipe("grid: {train.learning_rate: [1.0e-6, 0.03], train.tokens: [480]}\n"),
                "real",
                2,
                false,
                StopSignal.NEVER);
        assertThat(result.output().result().missing()).isEmpty();
        SweepPoint best = Objects.requireNonNull(result.output().result().best());
        assertThat(best.values()).containsEntry("train.learning_rate", "0.03");
        assertThat(best.valLoss().mean()).isBetween(2.0, 5.5);
        assertThat(result.output().result().headline()).endsWith("with one seed, that may be chance.");
        assertThat(result.output().runs()).hasSize(2);
    }

    @Test
    void aFolderOfSomethingElseIsLeftAlone() throws IOException {
        Path taken = Files.createDirectories(folder.resolve("out/s"));
        Files.writeString(taken.resolve("thesis.txt"), "precious");
        SweepRecipe recipe = recipe("grid: {train.tokens: [160, 320]}");
        assertThatThrownBy(() -> run(recipe, "out", 1, true, StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessage(taken + " already exists and is not a sweep; choose another --name or --output");
        assertThat(taken.resolve("thesis.txt")).hasContent("precious");
        assertThatThrownBy(() -> SweepResults.read(taken)).hasMessageEndingWith("is not a sweep: it has no trials");
    }
}
