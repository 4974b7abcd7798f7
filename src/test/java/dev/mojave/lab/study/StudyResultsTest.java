package dev.mojave.lab.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.Yaml;
import dev.mojave.lab.trials.DataFacts;
import dev.mojave.lab.trials.ExperimentFolder;
import dev.mojave.result.Provenance;
import dev.mojave.result.RunRecord;
import dev.mojave.result.study.ArmResult;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.Finding;
import dev.mojave.result.study.GapPoint;
import dev.mojave.result.study.StudyResult;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.folder.Samples;
import dev.mojave.run.folder.Status;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.StudyRecipe;
import dev.mojave.tensor.engine.choice.EngineChoice;
import dev.mojave.tensor.engine.choice.EngineRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Studies whose folders the test writes, so that every number of the result is known. */
class StudyResultsTest {
    private static final EngineChoice ENGINE = new EngineChoice("cpu", "fp32", "openblas", 2, "plain", "system");
    private static final String RECIPE = """
            name: small
            data: {source: embedded, tokenizer: byte}
            model: {preset: llama, hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 96,
              max_position_embeddings: 32}
            train: {batch_size: 4, learning_rate: 0.001, eval_tokens: SOME}
            arms:
              active: {match: {arm: moe, by: active}}
              moe: {model: {moe: {num_experts: 4, num_experts_per_tok: 2}}}
            budget: {tokens: 12800}
            seeds: [1, 2, 3]
            """;

    @TempDir
    Path path;

    private ExperimentFolder folder = folder(Path.of("unset"));

    private static ExperimentFolder folder(Path path) {
        return new ExperimentFolder(ExperimentFolder.Kind.STUDY, path);
    }

    @BeforeEach
    void makeFolder() {
        folder = folder(path.resolve("small"));
    }

    @Test
    void everyFigureFollowsFromTheTrials() {
        Arms arms = begin("1k");
        double[] dense = {2.00, 2.04, 2.02};
        double[] moe = {1.95, 1.97, 1.98};
        for (int i = 0; i < 3; i++) {
            trial(arms, "active", i + 1, dense[i], Status.State.FINISHED, null);
            trial(arms, "moe", i + 1, moe[i], Status.State.FINISHED, null);
        }
        StudyResults.Output output = StudyResults.read(folder.path());
        StudyResult result = output.result();

        assertThat(output.missing()).isEmpty();
        assertThat(output.runs())
                .extracting(RunRecord::name)
                .containsExactly(
                        "active/seed-1", "moe/seed-1", "active/seed-2", "moe/seed-2", "active/seed-3", "moe/seed-3");
        assertThat(result.arms()).extracting(ArmResult::name).containsExactly("active", "moe");
        ArmResult active = result.arms().getFirst();
        assertThat(active.valLoss().values()).containsExactly(2.00, 2.04, 2.02);
        assertThat(active.valLoss().mean()).isCloseTo(2.02, within(1e-12));
        assertThat(active.valLoss().sd()).isCloseTo(0.02, within(1e-12));
        assertThat(active.bestValLoss().mean()).isCloseTo(2.02, within(1e-12));
        assertThat(active.tokensPerSecond()).isEqualTo(1100);
        assertThat(active.generateTokensPerSecond()).isEqualTo(302);
        assertThat(active.wallSeconds()).isEqualTo(42);
        assertThat(active.peakMemoryBytes()).isEqualTo(5_003);
        assertThat(active.samples()).containsExactly("text 1", "text 2", "text 3");
        assertThat(Objects.requireNonNull(active.match()).by()).isEqualTo("active");
        assertThat(active.parametersTotal())
                .isEqualTo(arms.others().getFirst().recipe().model().counts().total());
        Comparison comparison = result.comparisons().getFirst();
        assertThat(comparison.difference()).isCloseTo((0.05 + 0.07 + 0.04) / 3, within(1e-12));
        assertThat(result.verdict())
                .startsWith(
                        "MoE beats the dense model of equal active size by 0.0533 nats per token (95% CI [0.0154, 0.0913], "
                                + "n=3)");
        assertThat(result.unigramEntropy()).isEqualTo(3.1);
        assertThat(result.provenance().seeds()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void theCurveHoldsOnlyPointsOverTheSameText() {
        Arms some = begin("1k");
        trial(some, "active", 1, 2.00, Status.State.FINISHED, null);
        trial(some, "moe", 1, 1.95, Status.State.FINISHED, null);
        assertThat(StudyResults.read(folder.path()).result().gapOverTraining())
                .extracting(GapPoint::tokens)
                .containsExactly(6400L);

        folder = folder(path.resolve("all"));
        Arms all = begin("all");
        trial(all, "active", 1, 2.00, Status.State.FINISHED, null);
        trial(all, "moe", 1, 1.95, Status.State.FINISHED, null);
        assertThat(StudyResults.read(folder.path()).result().gapOverTraining())
                .extracting(GapPoint::tokens)
                .containsExactly(6400L, 12800L);
    }

    @Test
    void aFailedTrialIsNamedAndItsPairLeftOut() {
        Arms arms = begin("1k");
        for (long seed = 1; seed <= 3; seed++) {
            trial(arms, "active", seed, 2.0 + seed / 100.0, Status.State.FINISHED, null);
        }
        trial(arms, "moe", 1, 1.9, Status.State.FINISHED, null);
        trial(arms, "moe", 2, 9.9, Status.State.FAILED, "its process was ended by signal 9");
        StudyResults.Output output = StudyResults.read(folder.path());

        assertThat(output.missing())
                .containsExactly(
                        Map.entry("moe/seed-2", "failed: its process was ended by signal 9"),
                        Map.entry("moe/seed-3", "not begun"));
        assertThat(output.result().comparisons().getFirst().n()).isEqualTo(1);
        assertThat(output.result().comparisons().getFirst().ciLow()).isNull();
        assertThat(output.result().arms().getLast().valLoss().values()).containsExactly(1.9);
        assertThat(output.result().verdict()).startsWith("One seed cannot separate MoE from");
        assertThat(output.result().headline()).isNotEmpty();
        assertThat(output.result().notes())
                .anySatisfy(note -> assertThat(note)
                        .isEqualTo(
                                "Trial moe/seed-2 has no result (failed: its process was ended by signal 9); its pairs are "
                                        + "left out of every comparison."))
                .anySatisfy(note -> assertThat(note).startsWith("One seed gives no interval"));
    }

    @Test
    void notesSayWhatWasFixedAndWhatTheRunCannotAnswer() {
        Arms arms = begin("1k");
        trial(arms, "active", 1, 2.9, Status.State.FINISHED, null);
        trial(arms, "moe", 1, 2.8, Status.State.FINISHED, null);
        assertThat(StudyResults.read(folder.path()).result().notes())
                .anySatisfy(
                        note -> assertThat(note)
                                .isEqualTo(
                                        "Undertrained: arm 'active' and arm 'moe' ended above 75% of the unigram entropy (3.100 nats per "
                                                + "token), which a model without context reaches; train longer before trusting any ranking."))
                .anySatisfy(note -> assertThat(note)
                        .isEqualTo(
                                "No settings were tuned: every arm was trained as the recipe specifies (learning rate 0.001, batches "
                                        + "of 4 sequences). With settings tuned per arm the ranking may differ."))
                .anySatisfy(
                        note -> assertThat(note).startsWith("Arm 'active' has intermediate_size 193, which gives it"))
                .anySatisfy(note -> assertThat(note).startsWith("Each trial saw 12.8k tokens, "))
                .anySatisfy(note -> assertThat(note)
                        .isEqualTo("Evaluations during training used the same 1000 of 50.0k held-out tokens; the final "
                                + "losses are over all of them."));
    }

    @Test
    void findingsSayTheSameToPrograms() {
        Arms arms = begin("1k");
        trial(arms, "active", 1, 2.9, Status.State.FINISHED, null);
        trial(arms, "moe", 1, 2.0, Status.State.FINISHED, null);
        trial(arms, "moe", 2, 2.0, Status.State.FAILED, "the disk is full");
        List<Finding> findings =
                Objects.requireNonNull(StudyResults.read(folder.path()).result().findings());
        assertThat(findings)
                .extracting(Finding::finding)
                .containsExactly(
                        "missing_trial", "missing_trial", "missing_trial", "missing_trial", "undertrained", "one_seed");
        assertThat(findings)
                .contains(
                        new Finding(
                                "missing_trial",
                                Finding.Severity.ERROR,
                                "Resume the study (--resume auto): trial moe/seed-2 has no result (failed: the disk is full)."),
                        new Finding(
                                "undertrained",
                                Finding.Severity.WARNING,
                                2.9,
                                0.75 * 3.1,
                                "Train arm 'active' longer before trusting any ranking: it ended above 75% of the unigram entropy."),
                        new Finding(
                                "one_seed",
                                Finding.Severity.WARNING,
                                1.0,
                                2.0,
                                "Add seeds: the difference between 'active' and 'moe' comes from a single pair and may be chance."));
    }

    @Test
    void aSoundStudyHasNoFindings() {
        Arms arms = begin("1k");
        double[] dense = {2.00, 2.04, 2.02};
        double[] moe = {1.95, 1.97, 1.98};
        for (int i = 0; i < 3; i++) {
            trial(arms, "active", i + 1, dense[i], Status.State.FINISHED, null);
            trial(arms, "moe", i + 1, moe[i], Status.State.FINISHED, null);
        }
        assertThat(StudyResults.read(folder.path()).result().findings()).isEmpty();
    }

    @Test
    void notesBeginWithWhatIsWrongWithAnArm() {
        StudyRecipe leaky = StudyRecipe.of(
                Yaml.parse(
                        RECIPE.replace("SOME", "1k")
                                .replace("num_experts_per_tok: 2", "num_experts_per_tok: 2, router: expert_choice"),
                        "study.yaml"),
                "study.yaml");
        Arms arms = begin(leaky);
        trial(arms, "active", 1, 2.9, Status.State.FINISHED, null);
        trial(arms, "moe", 1, 1.8, Status.State.FINISHED, null);
        assertThat(StudyResults.read(folder.path()).result().notes().stream()
                        .filter(note -> note.startsWith("Arm 'moe': Router expert_choice is not causal")))
                .hasSize(1);
    }

    @Test
    void aStudyWithoutAnyResultSaysSo() {
        begin("1k");
        StudyResults.Output output = StudyResults.read(folder.path());
        assertThat(output.result().verdict()).startsWith("No verdict");
        assertThat(output.result().headline()).isEqualTo(output.result().verdict());
        assertThat(output.missing()).hasSize(6).containsEntry("moe/seed-1", "not begun");
    }

    @Test
    void resultsSurviveTheirFile() {
        Arms arms = begin("1k");
        trial(arms, "active", 1, 2.00, Status.State.FINISHED, null);
        trial(arms, "moe", 1, 1.95, Status.State.FINISHED, null);
        StudyResult result = StudyResults.read(folder.path()).result();
        folder.write(result);
        assertThat(Json.read(folder.path().resolve("results.json"), StudyResult.class))
                .isEqualTo(result);
    }

    @Test
    void anotherRecipeIsRefusedAndNamed() {
        begin("1k");
        assertThatThrownBy(() -> folder.check(
                        StudyRecipe.read(folder.recipe(), List.of()).tree(),
                        recipe("2k").tree()))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("was started with another recipe")
                .hasMessageContaining("train.eval_tokens (1000 there, 2000 here)");
        folder.check(
                StudyRecipe.read(folder.recipe(), List.of()).tree(),
                recipe("1k").tree());
    }

    @Test
    void whatIsNotAStudyIsRefused() {
        assertThatThrownBy(() -> StudyResults.read(path.resolve("nowhere")))
                .isInstanceOf(Failure.class)
                .hasMessageEndingWith("nowhere is not a study: there is no such folder");
        assertThat(StudyResults.isStudy(path)).isFalse();
    }

    private static StudyRecipe recipe(String evalTokens) {
        return StudyRecipe.of(Yaml.parse(RECIPE.replace("SOME", evalTokens), "study.yaml"), "study.yaml");
    }

    private Arms begin(String evalTokens) {
        return begin(recipe(evalTokens));
    }

    private Arms begin(StudyRecipe recipe) {
        folder.make();
        folder.begin(recipe.yaml(), new DataFacts(257, 3.1, 0.99, 50_000), provenance(List.of(1L, 2L, 3L)));
        return Arms.resolve(recipe, 257);
    }

    private void trial(Arms arms, String arm, long seed, double loss, Status.State state, @Nullable String reason) {
        Arms.Trial trial = arms.trials().stream()
                .filter(t -> t.arm().name().equals(arm) && t.seed() == seed)
                .findFirst()
                .orElseThrow();
        RunFolder run = RunFolder.create(folder.group(arm), "seed-" + seed, false);
        run.write(trial.recipe(EngineRequest.of(ENGINE)));
        run.write(provenance(List.of(seed)));
        try (MetricsLog log = MetricsLog.append(run.metrics())) {
            log.write(line(50, 6400, 20, Map.of("val/loss", loss + 0.5, "train/tokens_per_second", 1000.0)));
            log.write(
                    line(75, 9600, 30, Map.of("train/tokens_per_second", 1100.0, "memory/peak_bytes", 5000.0 + seed)));
            log.write(line(100, 12800, 40.0 + seed, Map.of("val/loss", loss, "train/tokens_per_second", 1200.0)));
            if (state == Status.State.FINISHED) {
                log.write(line(100, 12800, 40.0 + seed, Map.of("generate/tokens_per_second", 300.0 + seed)));
            }
        }
        run.samples().append(new Samples.Sample(100, "text " + seed));
        run.write(new Status(state, reason, 100, 100, "2026-11-23T00:00:00Z", Map.of()));
    }

    private static MetricLine line(long step, long tokens, double seconds, Map<String, Double> scalars) {
        return new MetricLine(step, tokens, null, seconds, scalars, Map.of());
    }

    private static Provenance provenance(List<Long> seeds) {
        return new Provenance(
                "0.1",
                "abc",
                "00",
                "embedded",
                "11",
                seeds,
                new Provenance.Machine("cpu", 2, 1, "os", null),
                Map.of(),
                ENGINE.asMap(),
                "mojave study",
                "2026-11-23T00:00:00Z",
                null);
    }
}
