package dev.mojave.lab.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Failure;
import dev.mojave.base.Progress;
import dev.mojave.base.StopSignal;
import dev.mojave.base.StopSignals;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Yaml;
import dev.mojave.lab.design.StudyDesign;
import dev.mojave.lab.study.StudyResults;
import dev.mojave.lab.study.StudyRunner;
import dev.mojave.lab.trials.ExperimentOptions;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.MapResult;
import dev.mojave.result.study.TunedArm;
import dev.mojave.result.study.Turn;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Runs;
import dev.mojave.run.folder.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole maps and tuned studies whose trials are processes that only pretend to train. */
@Timeout(300)
class MapRunnerTest {
    private static final String BASE = """
            data: {source: embedded, tokenizer: byte, validation: {documents: 0.005}}
            model: {preset: llama, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 1, max_position_embeddings: 8}
            train: {batch_size: 2, learning_rate: 0.01, schedule: {warmup_fraction: 0.1}}
            engine: {precision: fp32, threads: 1, kernels: plain}
            arms:
              dense: {match: {arm: moe, by: active}}
              moe: {model: {moe: {num_experts: 2, num_experts_per_tok: 1}}}
            seeds: [1, 2]
            """;

    private static final String MAP = """
            axes: {tokens: [16, 64, 256], model.hidden_size: [8, 16]}
            tune: {tokens: 32, seeds: [11], train.learning_rate: [0.001, 0.01, 0.1]}
            """;

    @TempDir
    Path folder;

    private StudyDesign design(String name, String extras) {
        return StudyDesign.of(Yaml.parse(BASE + extras, "m.yaml"), Path.of(name + ".yaml"), List.of(), false);
    }

    private ExperimentOptions options(String output, int jobs, boolean resume) {
        return new ExperimentOptions(
                folder.resolve(output),
                resume,
                false,
                "test",
                OptionalInt.of(jobs),
                false,
                new PretendMapTrial.Commands());
    }

    private MapRunner.Result run(StudyDesign design, String output, int jobs, boolean resume, StopSignal stop) {
        return MapRunner.run(design, options(output, jobs, resume), Progress.SILENT, stop);
    }

    @Test
    void everyCellIsComparedAfterEveryArmIsTunedAtItsSize() {
        MapRunner.Result run = run(design("m", MAP), "out", 2, false, StopSignal.NEVER);
        MapResult result = run.result();
        assertThat(run.finished()).isTrue();
        assertThat(result.missing()).isEmpty();
        assertThat(result.cells()).hasSize(6);
        assertThat(Json.read(run.folder().resolve("results.json"), MapResult.class))
                .isEqualTo(result);
        // 12 trials of tuning and 24 of the comparison.
        assertThat(Json.read(run.folder().resolve("status.json"), Status.class))
                .returns(Status.State.FINISHED, Status::state)
                .returns(36L, Status::step)
                .returns(36L, Status::totalSteps);
        assertThat(Runs.list(folder.resolve("out")))
                .hasSize(36)
                .anySatisfy(one -> assertThat(one.name()).isEqualTo("m/trials/cell-6-moe/seed-2"))
                .anySatisfy(one -> assertThat(one.name()).isEqualTo("m/tuning/size-2-dense-point-3/seed-11"));

        assertThat(result.tuning())
                .extracting(tuned -> tuned.arm() + " " + tuned.at() + " " + tuned.chosen())
                .containsExactly(
                        "dense {model.hidden_size=8} point-2",
                        "moe {model.hidden_size=8} point-3",
                        "dense {model.hidden_size=16} point-2",
                        "moe {model.hidden_size=16} point-3");
        assertThat(result.notes())
                .anyMatch(note ->
                        note.startsWith("The best train.learning_rate (0.1) is the largest value tried for arm 'moe' at"
                                + " model.hidden_size=8"))
                .anyMatch(note -> note.startsWith(
                        "Each arm was tuned first at every size: 3 settings, 1 seed (11) that the comparison does not use, 32"
                                + " training tokens a trial"));
        assertThat(RunFolder.open(run.folder().resolve("trials/cell-6-moe/seed-2"))
                        .recipe()
                        .train()
                        .learningRate())
                .isEqualTo(0.1);
        assertThat(RunFolder.open(run.folder().resolve("trials/cell-6-dense/seed-2"))
                        .recipe()
                        .train()
                        .learningRate())
                .isEqualTo(0.01);

        // What the pretended losses say: a gap of a tenth of the logarithm of tokens over the turning point.
        MapCell cell = result.cells().getLast();
        assertThat(cell.values()).isEqualTo(Map.of("tokens", "256", "model.hidden_size", "16"));
        Comparison gap = cell.comparison("dense", "moe").orElseThrow();
        assertThat(gap.difference()).isCloseTo(0.1 * Math.log(256 / 160.0), within(0.006));
        assertThat(Objects.requireNonNull(gap.bySeed())).containsOnlyKeys(1L, 2L);
        assertThat(gap.holm()).isGreaterThanOrEqualTo(Objects.requireNonNull(gap.pValue()));
        assertThat(result.turns()).extracting(Turn::leads).containsExactly("moe", "moe");
        assertThat(result.turns().getFirst().tokens()).isCloseTo(40, within(4.0));
        assertThat(result.turns().getLast().tokens()).isCloseTo(160, within(12.0));
        assertThat(result.turns().getLast().words())
                .startsWith("moe leads from 1")
                .contains("bootstrap interval");
    }

    @Tag("slow")
    @Test
    void aMapThatIsStoppedAndKilledEndsLikeOneThatWasLeftAlone() throws Exception {
        MapResult whole =
                run(design("m", MAP), "whole", 1, false, StopSignal.NEVER).result();
        assertThat(comparable(run(design("m", MAP), "wide", 3, false, StopSignal.NEVER)
                        .result()))
                .isEqualTo(comparable(whole));
        Random random = new Random(7);
        run(design("m", MAP), "parts", 2, false, after(random.nextInt(900)));
        for (int i = 0; i < 4; i++) {
            AtomicBoolean over = new AtomicBoolean();
            Thread killer = Thread.ofPlatform().start(() -> killNowAndThen(random, over));
            run(design("m", MAP), "parts", 2, true, after(300 + random.nextInt(900)));
            over.set(true);
            killer.join();
        }
        MapRunner.Result parts = run(design("m", MAP), "parts", 2, true, StopSignal.NEVER);
        assertThat(parts.result().missing()).isEmpty();
        assertThat(comparable(parts.result())).isEqualTo(comparable(whole));
        MapRunner.Result again = run(design("m", MAP), "parts", 2, true, StopSignal.NEVER);
        assertThat(again.alreadyFinished()).isTrue();
        assertThatThrownBy(() -> run(design("m", MAP.replace("256", "512")), "parts", 2, true, StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("was started with another recipe");
    }

    private static String comparable(MapResult map) {
        return Json.pretty(
                Map.of("cells", map.cells(), "turns", map.turns(), "tuning", map.tuning(), "headline", map.headline()));
    }

    private static StopSignal after(int milliseconds) {
        long end = System.nanoTime() + milliseconds * 1_000_000L;
        return StopSignals.when(() -> System.nanoTime() > end);
    }

    private static void killNowAndThen(Random random, AtomicBoolean over) {
        while (!over.get()) {
            try {
                Thread.sleep(100 + random.nextInt(200));
            } catch (InterruptedException e) {
                return;
            }
            ProcessHandle.current().children().findFirst().ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** A rate that no arm survives cannot win, and that is a result of tuning and no failure of the study. */
    @Test
    void aSettingThatFailsLosesAndTheStudyIsFine() throws IOException {
        StudyDesign design =
                design("s", "budget: {tokens: 64}\ntune: {seeds: [11, 12], train.learning_rate: [0.01, 0.1, 10.0]}\n");
        StudyRunner.Result run = StudyRunner.run(design, options("tuned", 2, false), Progress.SILENT, StopSignal.NEVER);
        assertThat(run.finished()).isTrue();
        assertThat(run.output().missing()).isEmpty();
        assertThat(Json.read(run.folder().resolve("status.json"), Status.class).state())
                .isEqualTo(Status.State.FINISHED);
        List<TunedArm> tuned = Objects.requireNonNull(run.output().result().tuning());
        assertThat(tuned).extracting(TunedArm::chosen).containsExactly("point-1", "point-2");
        assertThat(tuned.getFirst().settings().getLast().failed()).isEqualTo("failed: the loss is not finite");
        assertThat(run.output().result().notes())
                .anyMatch(note -> note.equals(
                        "Setting learning_rate=10 of arm 'dense' could not win: a trial has no result (failed: the"
                                + " loss is not finite)."))
                .noneMatch(note -> note.contains("tuned nothing"));
        assertThat(run.folder().resolve("tuning/moe-point-1/seed-12")).isDirectory();

        // The choice stays: what was compared is not compared anew with another setting, whatever the trials say later.
        Files.delete(run.folder().resolve("tuning/moe-point-2/seed-11/status.json"));
        StudyRunner.Result again =
                StudyRunner.run(design, options("tuned", 1, true), Progress.SILENT, StopSignal.NEVER);
        assertThat(again.alreadyFinished()).isTrue();
        assertThat(again.output().result().comparisons())
                .isEqualTo(run.output().result().comparisons());
        assertThat(StudyResults.isStudy(run.folder())).isTrue();
    }

    @Test
    void anArmThatNoSettingTrainsIsNotCompared() {
        StudyDesign design =
                design("s", "budget: {tokens: 64}\ntune: {seeds: [11], train.learning_rate: [10.0, 20.0]}\n");
        StudyRunner.Result run = StudyRunner.run(design, options("none", 2, false), Progress.SILENT, StopSignal.NEVER);
        assertThat(run.finished()).isTrue();
        assertThat(run.output().missing())
                .containsEntry("tuning/moe-point-1/seed-11", "failed: the loss is not finite")
                .containsEntry("moe/seed-1", "not begun");
        assertThat(run.output().result().headline()).startsWith("No verdict");
    }

    @Test
    void tuningMayNotChangeASize() {
        assertThatThrownBy(() -> StudyRunner.run(
                        design("s", "budget: {tokens: 64}\ntune: {seeds: [11], model.num_hidden_layers: [1, 2]}\n"),
                        options("size", 1, false),
                        Progress.SILENT,
                        StopSignal.NEVER))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("tune: num_hidden_layers=2 changes the size of arm 'dense' (");
        assertThat(folder.resolve("size")).doesNotExist();
    }

    @Tag("slow")
    @Test
    void mapsOfOneRecipeAreMerged() throws IOException {
        String axes = "axes: {tokens: [16, 64], model.hidden_size: [%d]}\n";
        Path narrow = run(design("narrow", String.format(Locale.ROOT, axes, 8)), "merge", 2, false, StopSignal.NEVER)
                .folder();
        Path wide = run(design("wide", String.format(Locale.ROOT, axes, 16)), "merge", 2, false, StopSignal.NEVER)
                .folder();
        MapResult merged = MapMerge.of(List.of(narrow, wide));
        MapResult one = run(
                        design("both", "axes: {tokens: [16, 64], model.hidden_size: [8, 16]}\n"),
                        "merge",
                        2,
                        false,
                        StopSignal.NEVER)
                .result();
        assertThat(merged.axes()).isEqualTo(one.axes());
        assertThat(merged.turns()).containsExactlyInAnyOrderElementsOf(one.turns());
        assertThat(comparisons(merged))
                .containsExactlyInAnyOrderElementsOf(comparisons(one).toList());
        assertThat(merged.studies()).containsExactly("narrow", "wide");
        assertThat(merged.cells().getLast().name()).isEqualTo("wide/cell-2");

        // A record without trials merges like the map itself.
        Path record = Files.createDirectories(folder.resolve("record"));
        for (String file : List.of("recipe.yaml", "results.json")) {
            Files.copy(wide.resolve(file), record.resolve(file));
        }
        assertThat(MapMerge.of(List.of(narrow, record))).isEqualTo(merged);

        assertThatThrownBy(() -> MapMerge.of(List.of(narrow, narrow)))
                .hasMessage("the cell hidden_size=8, 16 tokens is in both narrow and narrow; leave one of them out");
        Path other = run(
                        design("other", String.format(Locale.ROOT, axes, 32) + "name: other\n"),
                        "merge",
                        2,
                        false,
                        StopSignal.NEVER)
                .folder();
        Path recipe = other.resolve("recipe.yaml");
        Files.writeString(recipe, Files.readString(recipe).replace("batch_size: 2", "batch_size: 4"));
        assertThatThrownBy(() -> MapMerge.of(List.of(narrow, other)))
                .isInstanceOf(Failure.class)
                .hasMessageEndingWith(
                        "are maps of different recipes and cannot be merged: train.batch_size (2 in the first, 4 in the second)");
        assertThatThrownBy(() -> MapMerge.of(List.of(narrow, folder)))
                .hasMessageEndingWith(
                        "is not a map (a study with axes), and only maps can be merged; report it by itself");
    }

    private static Stream<Comparison> comparisons(MapResult map) {
        return map.comparisons();
    }
}
