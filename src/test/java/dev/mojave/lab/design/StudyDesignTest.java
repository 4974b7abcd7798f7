package dev.mojave.lab.design;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Yaml;
import dev.mojave.lab.sweep.Point;
import dev.mojave.run.recipe.Recipe;
import dev.mojave.run.recipe.StudyRecipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudyDesignTest {
    private static final String BASE = """
            name: m
            data: {source: embedded}
            model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
            train: {batch_size: 4, learning_rate: 0.01}
            arms:
              dense: {match: {arm: moe, by: active}}
              moe: {model: {moe: {num_experts: 4, num_experts_per_tok: 2}}}
            seeds: [1, 2]
            """;

    private static final String MAP = """
            axes: {model.hidden_size: [16, 32], tokens: [20k, 5k, 1e4]}
            tune: {tokens: 4k, seeds: [11, 12], train.learning_rate: [0.01, 0.02], model.initializer: [gpt2, normal]}
            """;

    private static StudyDesign read(String extras, String... sets) {
        return StudyDesign.of(Yaml.parse(BASE + extras, "m.yaml"), Path.of("m.yaml"), List.of(sets), false);
    }

    @Test
    void everyCellIsAStudyWithItsOwnSizeAndBudget() {
        StudyDesign design = read(MAP);
        assertThat(design.isMap()).isTrue();
        // Budgets rise, however they were typed.
        assertThat(design.cells())
                .extracting(Cell::label)
                .containsExactly(
                        "hidden_size=16, 5000 tokens",
                        "hidden_size=16, 10k tokens",
                        "hidden_size=16, 20k tokens",
                        "hidden_size=32, 5000 tokens",
                        "hidden_size=32, 10k tokens",
                        "hidden_size=32, 20k tokens");
        Cell last = design.cells().getLast();
        assertThat(last.values()).containsExactly(Map.entry("model.hidden_size", "32"), Map.entry("tokens", "20000"));
        assertThat(last.name()).isEqualTo("cell-6");
        Recipe moe = last.study().arm("moe").draft().resolve(257);
        assertThat(moe.train().tokens()).isEqualTo(20_000);
        assertThat(moe.model().hiddenSize()).isEqualTo(32);
        // What was not typed follows the axis.
        assertThat(design.followers()).contains("model.intermediate_size").doesNotContain("train.tokens");
        assertThat(design.sizes()).extracting(Point::number).containsExactly(1, 2);
        assertThat(design.trials()).isEqualTo(2 * (6 * 2 + 2 * 4 * 2));
    }

    @Test
    void aTuningTrialHasTheBudgetOfTuningAndItsSettings() {
        StudyDesign design = read(MAP);
        StudyRecipe study = design.tuningStudy(design.sizes().getLast());
        Point third = design.tune().orElseThrow().points().get(2);
        assertThat(third.label()).isEqualTo("learning_rate=0.02, initializer=gpt2");
        Recipe tuned = study.with(design.settings(Map.of("moe", third)))
                .arm("moe")
                .draft()
                .resolve(257);
        assertThat(tuned.train().tokens()).isEqualTo(4_000);
        assertThat(tuned.model().hiddenSize()).isEqualTo(32);
        assertThat(tuned.train().learningRate()).isEqualTo(0.02);
        // The floor of the schedule was not typed: it follows the peak.
        assertThat(tuned.train().rate().at(999, 1000)).isCloseTo(0.002, org.assertj.core.api.Assertions.within(1e-4));
        assertThat(study.with(design.settings(Map.of("moe", third)))
                        .arm("dense")
                        .draft()
                        .train()
                        .learningRate())
                .isEqualTo(0.01);
    }

    @Test
    void theRecipeIsKeptAsTypedAndReadsBack() {
        StudyDesign design = read(MAP, "seeds=[3]");
        StudyDesign again = StudyDesign.of(Yaml.parse(design.yaml(), "m.yaml"), Path.of("m.yaml"), List.of(), false);
        assertThat(again.yaml()).isEqualTo(design.yaml()).doesNotContain("intermediate_size");
        assertThat(again.cells())
                .extracting(Cell::label)
                .isEqualTo(design.cells().stream().map(Cell::label).toList());
        StudyDesign plain = read("budget: {tokens: 5k}\n");
        assertThat(plain.isPlain()).isTrue();
        assertThat(plain.cells()).hasSize(1);
        assertThat(plain.yaml()).contains("intermediate_size");
    }

    /** Keys that move together: the rest of their section stays. */
    @Test
    void aValueMayBeASectionThatIsLaidOver() {
        StudyDesign design = read("""
                axes: {model: [{hidden_size: 16, intermediate_size: 24}, {hidden_size: 32, intermediate_size: 48}]}
                budget: {tokens: 1k}
                """);
        Recipe moe = design.cells().getLast().study().arm("moe").draft().resolve(257);
        assertThat(moe.model().hiddenSize()).isEqualTo(32);
        assertThat(moe.tree().path("model").path("intermediate_size").intValue())
                .isEqualTo(48);
        assertThat(moe.model().maxPositionEmbeddings()).isEqualTo(16);
        assertThat(moe.model().sparse()).isTrue();
        assertThat(design.cells().getLast().label()).isEqualTo("model={hidden_size: 32, intermediate_size: 48}");
        assertThat(design.followers()).doesNotContain("model.intermediate_size");
        assertThatThrownBy(() ->
                        read("axes: {model: [{hidden_size: 16}, {num_hidden_layers: 2}]}\nbudget: {tokens: 1k}\n"))
                .hasMessage(
                        "m.yaml: axes: model: its values set different keys (model.hidden_size and model.num_hidden_layers); give all of"
                                + " them the same keys, in the same order");
    }

    @Test
    void oneAxisAloneIsAMap() {
        assertThat(read("axes: {tokens: [1k, 2k]}\n").sizes()).hasSize(1);
        StudyDesign sizes = read("axes: {model.hidden_size: [16, 32]}\nbudget: {tokens: 1k}\n");
        assertThat(sizes.cells()).hasSize(2);
        assertThat(sizes.cells().getFirst().tokens()).isEmpty();
        // Without an axis of budgets, tuning may be as long as the comparison.
        StudyDesign tuned = read("tune: {seeds: [9], train.learning_rate: [0.01, 0.02]}\nbudget: {tokens: 1k}\n");
        assertThat(tuned.isMap()).isFalse();
        assertThat(tuned.isPlain()).isFalse();
        assertThat(tuned.tuningStudy(tuned.sizes().getFirst()).budgetTokens()).contains(1000L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "axes: {}|m.yaml: axes names no key; list the values of one, for example axes: {tokens: [1M, 2M, 4M]}",
                "axes: {tokens: []}|m.yaml: axes: tokens lists no value; give it at least one",
                "axes: {tokens: 1M}|m.yaml: axes: tokens: expected a list of values",
                "axes: {tokens: [many]}|m.yaml: axes: tokens: \"many\" is not a number of training tokens such as 500k or 2M",
                "axes: {tokens: [1M, 1000k]}|m.yaml: axes: tokens lists 1000000 twice",
                "axes: {model.hiden_size: [16, 32]}|m.yaml: axes: model.hiden_size: unknown key; did you mean 'hidden_size'?",
                "axes: {model.hidden_size: [15]}|m.yaml (cell-1: hidden_size=15): model: num_attention_heads (2) must divide hidden_size (15)",
                "axes: {train.tokens: [1M]}|m.yaml: axes: train.tokens cannot be an axis: the axis of budgets is called tokens",
                "axes: {data.source: [a, b]}|m.yaml: axes: data.source cannot be an axis: losses on different text cannot be compared",
                "axes: {train: [1]}|m.yaml: axes: train cannot be an axis",
                "axes: {tokens: [1k], model.hidden_size: [16], model.num_hidden_layers: [1]}|m.yaml: axes: 3 keys (tokens, model.hidden_size, model.num_hidden_layers); a map has one or two axes",
                "axes: {train.optimizer: [{kind: adamw}], train.optimizer.kind: [muon]}|m.yaml: axes: train.optimizer.kind is listed twice, once in a section; keep one of them",
                "axes: {model.moe: [{num_experts: 2}]}|m.yaml: arms.moe.model.moe.num_experts is set by the arm, so the axis does not reach it",
                "axes: {model.moe.num_experts: [2], model.moe: [true]}|m.yaml: axes: model.moe and model.moe.num_experts depend on each other",
                "tune: {seeds: [9]}|m.yaml: tune names no key",
                "tune: {train.learning_rate: [0.1, 0.2]}|m.yaml: tune.seeds is missing",
                "tune: {seeds: [2, 9], train.learning_rate: [0.1, 0.2]}|m.yaml: tune.seeds ([2, 9]) and seeds ([1, 2]) share [2]: arms would be compared on the seeds that chose their settings",
                "tune: {seeds: [9, 9], train.learning_rate: [0.1, 0.2]}|m.yaml: tune: seeds ([9, 9]) must not contain duplicates",
                "tune: {seeds: [9], train.learning_rate: [0.1]}|m.yaml: tune lists one setting, so there is nothing to choose from",
                "tune: {seeds: [9], train.learning_rate: [0.1, -1]}|m.yaml: tune: learning_rate=-1: m.yaml",
                "tune: {seeds: [9], train.steps: [1, 2]}|m.yaml: tune: train.steps cannot be tuned: all arms train equally long",
                "tune: {seeds: [9], tokens: few, train.learning_rate: [0.1, 0.2]}|m.yaml: tune.tokens (\"few\") is not a number of training tokens",
            })
    void badInputIsNamed(String extras, String message) {
        String budget = extras.contains("tokens: [") || extras.contains("tokens: 1M") ? "" : "budget: {tokens: 1k}\n";
        assertThatThrownBy(() -> read(budget + extras + "\n"))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void keysThatDoNotGoTogetherAreNamed() {
        assertThatThrownBy(() -> read("axes: {tokens: [1k]}\nbudget: {tokens: 1k}\n"))
                .hasMessage("m.yaml: budget.tokens and axes.tokens both say how long trials are; remove one");
        assertThatThrownBy(() -> read("axes: {tokens: [1k]}\ntune: {seeds: [9], train.learning_rate: [0.1, 0.2]}\n"))
                .hasMessage(
                        "m.yaml: tune.tokens is missing: budgets are an axis, so say how long tuning trials are, for example 500k");
        assertThatThrownBy(
                        () -> read(
                                "axes: {tokens: [1k], train.learning_rate: [0.1]}\ntune: {tokens: 1k, seeds: [9], train.learning_rate: [0.1, 0.2]}\n"))
                .hasMessage("m.yaml: tune: train.learning_rate is an axis too, or a part of one; keep one of them");
        assertThatThrownBy(() -> read("axes: {tokens: [1k, 2k]}\n", "seeds=[1, 1]"))
                .hasMessageContaining("seeds ([1, 1]) must not contain duplicates");
        assertThatThrownBy(() -> read("axes: {tokens: [1k]}\n", "axes={tokens: [0]}"))
                .hasMessage(
                        "--set axes={tokens: [0]}: axes: tokens: 0 is not a number of training tokens such as 500k or 2M");
    }

    @Test
    void manyTrialsNeedAWord() {
        List<Integer> values =
                java.util.stream.IntStream.rangeClosed(1, 1000).boxed().toList();
        assertThatThrownBy(() -> read("axes: {tokens: " + values + "}\n"))
                .hasMessage(
                        "m.yaml: 4,000 trials (1,000 cells, 2 arms, 2 seeds) are more than 500; confirm them with --yes ('mojave"
                                + " plan' estimates how long they take)");
        assertThatThrownBy(() -> read("axes: {tokens: " + values + ", model.hidden_size: " + values + "}\n"))
                .hasMessageContaining(
                        "4,000,000 trials (1,000,000 cells, 2 arms, 2 seeds) are more than the limit of 100,000 per study");
        StudyDesign meant = StudyDesign.of(
                Yaml.parse(BASE + "axes: {tokens: [1k, 2k]}\nseeds: [1]\n".replace("seeds: [1]\n", ""), "m.yaml"),
                Path.of("m.yaml"),
                List.of("seeds="
                        + java.util.stream.IntStream.range(0, 200).boxed().toList()),
                true);
        assertThat(meant.trials()).isEqualTo(800);
    }
}
