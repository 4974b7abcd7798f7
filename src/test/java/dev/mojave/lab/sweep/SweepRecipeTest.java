package dev.mojave.lab.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.run.recipe.RecipeDraft;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepRecipeTest {
    private static final String BASE = """
            data: {source: embedded, tokenizer: byte}
            model: {preset: llama, hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
            train: {batch_size: 4, tokens: 10k, learning_rate: 0.001}
            """;

    @TempDir
    Path folder;

    private SweepRecipe read(String extras, String... sets) {
        return read(extras, false, sets);
    }

    private SweepRecipe read(String extras, boolean many, String... sets) {
        return SweepRecipe.read(write(extras), List.of(sets), many);
    }

    private Path write(String extras) {
        try {
            return Files.writeString(folder.resolve("s.yaml"), BASE + extras + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyPointIsACompleteRecipeAndDefaultsFollowWhatIsSwept() {
        SweepRecipe sweep =
                read("grid: {model.hidden_size: [32, 64], train.optimizer: [adamw, {kind: muon}]}\nseeds: [1, 2]");
        assertThat(sweep.name()).isEqualTo("s");
        assertThat(sweep.points()).hasSize(4);
        assertThat(sweep.trials()).isEqualTo(8);
        List<RecipeDraft> drafts = sweep.points().stream().map(sweep::draft).toList();
        assertThat(drafts.get(3).tree().path("model").path("hidden_size").asInt())
                .isEqualTo(64);
        assertThat(drafts.get(3)
                        .tree()
                        .path("train")
                        .path("optimizer")
                        .path("kind")
                        .asString())
                .isEqualTo("muon");
        // The feed-forward's width was not set, so it follows the width of the model.
        assertThat(drafts.get(0).tree().path("model").path("intermediate_size"))
                .isNotEqualTo(drafts.get(3).tree().path("model").path("intermediate_size"));
        assertThat(sweep.followers()).contains("model.intermediate_size").doesNotContain("model.hidden_size");
    }

    @Test
    void theTextReadsBackAsTheSameSweep() throws IOException {
        SweepRecipe sweep = read("""
                grid: {model.hidden_size: [32, 64]}
                random: {samples: 3, seed: 4, keys: {train.learning_rate: {from: 1e-4, to: 1e-2, scale: log}, train.batch_size: [4, 8, 16]}}
                halving: {rungs: [5k, 10k], keep: 0.5}""", "train.gradient_clip=0.5");
        Path file = Files.writeString(folder.resolve("again.yaml"), sweep.yaml());
        SweepRecipe again = SweepRecipe.read(file, List.of(), false);
        assertThat(again.tree()).isEqualTo(sweep.tree());
        assertThat(again.points()).isEqualTo(sweep.points());
        assertThat(again.sha256()).isEqualTo(sweep.sha256());
        assertThat(again.points().stream().map(again::alone).toList())
                .isEqualTo(sweep.points().stream().map(sweep::alone).toList());
        assertThat(again.draft(again.points().getFirst(), 0).train().tokens()).isEqualTo(5000);
        assertThat(again.draft(again.points().getFirst()).train().tokens()).isEqualTo(10_000);
    }

    @Test
    void theRecipeOfAPointTrainsAlone() throws IOException {
        SweepRecipe sweep = read("grid: {train.learning_rate: [0.001, 0.004]}\nseeds: [7, 8]");
        Path file = Files.writeString(
                folder.resolve("winner.yaml"), sweep.alone(sweep.points().getLast()));
        RecipeDraft alone = RecipeDraft.read(file, List.of());
        assertThat(alone.name()).isEqualTo("s-point-2");
        assertThat(alone.train().learningRate()).isEqualTo(0.004);
        assertThat(alone.train().seed()).isEqualTo(7);
    }

    @Test
    void aKeyThatExcludesAnotherReplacesIt() {
        SweepRecipe sweep = read("grid: {train.steps: [10, 20]}");
        assertThat(sweep.draft(sweep.points().getLast()).train().steps()).isEqualTo(20);
        assertThat(sweep.draft(sweep.points().getLast()).train().tokens()).isNull();
    }

    @Test
    void withoutSeedsTheRecipesOwnIsTheOnlyOne() {
        assertThat(read("grid: {train.batch_size: [4, 8]}", "train.seed=5").seeds())
                .containsExactly(5L);
    }

    @Test
    void nullRemovesASection() {
        SweepRecipe sweep = read("grid: {model.moe: [null, {num_experts: 4, num_experts_per_tok: 2}]}");
        assertThat(sweep.points()).extracting(Point::label).first().isEqualTo("moe=null");
        assertThat(sweep.draft(sweep.points().getFirst()).resolve(257).model().sparse())
                .isFalse();
        assertThat(sweep.draft(sweep.points().getLast()).resolve(257).model().sparse())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            seeds: [1, 2] | FILE has neither grid nor random, so there is nothing to sweep; train it with: mojave train FILE (a sweep adds, for example, grid: {train.learning_rate: [1.0e-3, 3.0e-3]})
            grid: {} | FILE: grid lists no key; give each key a list of values, for example grid: {train.learning_rate: [1.0e-3, 3.0e-3]}
            grid: {train.learning_rate: []} | FILE: grid.train.learning_rate: train.learning_rate lists no value; give it at least one
            grid: {train.learning_rate: 0.1} | FILE: grid.train.learning_rate: expected a list, found 0.1
            grid: {train.learning_rate: [0.1]} | FILE: this sweep has one point, but a sweep compares at least two; list more values or take more samples
            grid: {train.learning_rate: [0.1, 0.10]} | FILE: grid.train.learning_rate: train.learning_rate lists 0.1 twice
            grid: {train.learning_rat: [0.1, 0.2]} | FILE: grid: train.learning_rat: unknown key; did you mean 'learning_rate'?
            grid: {trian.seed: [0.1, 0.2]} | FILE: grid: trian: unknown key; did you mean 'train'?
            grid: {train.learning_rate: [fast, 0.2]} | FILE: grid: train.learning_rate: expected a number, found "fast"
            grid: {train.learning_rate: [0.1, {a: 1}]} | FILE: grid: train.learning_rate: expected a number, found a section
            grid: {train.batch_size: [4, 4.5]} | FILE: grid: train.batch_size: expected a whole number, found 4.5
            grid: {train.learning_rate.x: [0.1, 0.2]} | FILE: grid: train.learning_rate is a value (0.001) and not a section, so it has no key 'x'
            grid: {model.num_attention_heads: [2, 3]} | FILE (point-2: num_attention_heads=3): model: num_attention_heads (3) must divide hidden_size (32)
            grid: {model.moe: [null], model.moe.num_experts: [2, 4]} | FILE: grid: model.moe.num_experts and model.moe overlap: a value of model.moe replaces the whole section; sweep one of them, or list complete sections under model.moe
            grid: {train.steps: [10], train.tokens: [10k, 20k]} | FILE: grid: train.tokens and train.steps exclude each other in a recipe; sweep one of them
            grid: {train.seed: [1, 2]} | FILE: grid: train.seed cannot be swept: list seeds under seeds: [1, 2, 3]; every point is trained with each
            grid: {train: [{batch_size: 4}, {batch_size: 8}]} | FILE: grid: train (train.seed) cannot be swept: list seeds under seeds: [1, 2, 3]; every point is trained with each
            grid: {data.tokenizer: [byte, char]} | FILE: grid: data.tokenizer cannot be swept: losses over different text or tokens cannot be ranked; run a sweep for each
            grid: {engine.threads: [1, 2]} | FILE: grid: engine.threads cannot be swept: all trials of a sweep run with the same engine; run a sweep for each
            grid: {train.batch_size: [10000, 10k]} | FILE: point-1 (batch_size=10000) and point-2 (batch_size=10k) are identical in every key; list values that differ
            {grid: {train.batch_size: [4, 8]}, seeds: [1, 2, 1]} | FILE: seeds ([1, 2, 1]) must not contain duplicates
            {grid: {train.batch_size: [4, 8]}, seeds: []} | FILE: seeds must list at least one seed, for example [1, 2, 3]
            {grid: {train.batch_size: [4, 8]}, budget: {tokens: 5k}} | FILE: budget: this is a key of studies; the trials of a sweep train for train.tokens, or for halving.rungs
            {grid: {train.batch_size: [4, 8]}, arms: {a: {}}} | FILE: arms: this recipe describes a study, not a sweep; run it with: mojave study FILE
            {grid: {train.batch_size: [4, 8]}, random: {samples: 2, keys: {train.batch_size: [2, 16]}}} | FILE: grid: train.batch_size is in both grid and random; remove it from one of them
            {grid: {train.batch_size: [4, 8]}, halving: {rungs: [10k], keep: 0.5}} | FILE: halving: rungs ([10000]) must list at least two budgets in training tokens, for example [250k, 1M]; a single rung has no next rung to promote to
            {grid: {train.batch_size: [4, 8]}, halving: {rungs: [5k, 10k], keep: 0.2}} | FILE: halving.keep (0.2) of 2 points leaves no point for rung 2 of 2; use fewer rungs, a larger keep or more points
            {grid: {train.batch_size: [4, 8]}, halving: {rungs: [5k, 20k], keep: 0.5}} | FILE: halving.rungs (20000) and train.tokens ("10k") both set the length of training; remove one of the two
            {grid: {train.tokens: [4k, 8k]}, halving: {rungs: [5k, 10k], keep: 0.5}} | FILE: grid: train.tokens cannot be swept: halving.rungs sets the length of trials; remove one of the two
            random: {samples: 0, keys: {train.batch_size: [4, 8]}} | FILE: random: samples (0) must be at least 1
            random: {samples: 2, keys: {}} | FILE: random: keys lists no key; for example keys: {train.learning_rate: {from: 1.0e-4, to: 1.0e-2, scale: log}}
            random: {samples: 3, keys: {train.batch_size: [4, 8]}} | FILE: random.samples (3) is more than the 2 distinct samples that the keys allow; take fewer
            random: {samples: 3, keys: {train.learning_rate: 0.1}} | FILE: random.keys.train.learning_rate: expected a list of values, or a range such as {from: 1.0e-4, to: 1.0e-2, scale: log}
            random: {samples: 3, keys: {train.learning_rate: {from: 0.1, too: 1}}} | FILE: random.keys.train.learning_rate.too: unknown key; did you mean 'to'?
            random: {samples: 3, keys: {train.learning_rate: {from: 0.1, to: 0.01}}} | FILE: random.keys.train.learning_rate: train.learning_rate: from (0.1) must be below to (0.01)
            random: {samples: 3, keys: {train.learning_rate: {from: 0, to: 0.01, scale: log}}} | FILE: random.keys.train.learning_rate: train.learning_rate: from (0.0) must be positive if scale is log
            random: {samples: 3, keys: {train.learning_rate: {from: low, to: 0.01}}} | FILE: random.keys.train.learning_rate: from ("low") must be a number
            """)
    void whatDoesNotHoldTogetherIsRefused(String extras, String message) {
        String yaml = extras.startsWith("{")
                ? extras.substring(1, extras.length() - 1).replaceAll(", (seeds|budget|arms|random|halving):", "\n$1:")
                : extras;
        Path file = write(yaml);
        assertThatThrownBy(() -> SweepRecipe.read(file, List.of(), false))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.USAGE))
                .hasMessage(message.replace("FILE", file.toString()));
    }

    @Test
    void theSameKeyTwiceIsRefusedByTheReader() {
        Path file = write("grid:\n  train.batch_size: [4, 8]\n  train.batch_size: [16]");
        assertThatThrownBy(() -> SweepRecipe.read(file, List.of(), false)).hasMessageContaining("train.batch_size");
    }

    @Test
    void manyTrialsMustBeMeantAndMillionsAreRefused() {
        String rates = "["
                + String.join(
                        ", ",
                        java.util.stream.IntStream.range(1, 301)
                                .mapToObj(i -> "0." + String.format(java.util.Locale.ROOT, "%04d", i))
                                .toList())
                + "]";
        String grid = "grid: {train.learning_rate: " + rates + "}\nseeds: [1, 2]";
        assertThatThrownBy(() -> read(grid))
                .hasMessage(folder.resolve("s.yaml")
                        + ": 600 trials (300 points, 2 seeds) are more than 500; confirm them with --yes ('mojave plan' estimates"
                        + " how long they take)");
        assertThat(read(grid, true).trials()).isEqualTo(600);
        String million = "grid: {train.learning_rate: " + rates + ", train.gradient_clip: " + rates
                + ", model.initializer_range: " + rates + "}";
        assertThatThrownBy(() -> read(million, true))
                .hasMessageContaining(
                        "27,000,000 trials (27,000,000 points, 1 seed) are more than the limit of 100,000");
    }

    @Test
    void aFlagIsNamedWhereItSaidIt() {
        assertThatThrownBy(() -> read("grid: {train.batch_size: [4, 8]}", "grid={train.batch_siz: [4, 8]}"))
                .hasMessage("--set grid={train.batch_siz: [4, 8]}: grid: train.batch_siz: unknown key; did you mean"
                        + " 'batch_size'?");
        assertThat(read("", "grid={train.batch_size: [4, 8]}").points()).hasSize(2);
    }

    @Test
    void otherVerbsSayWhatItIs() {
        Path file = write("grid: {train.batch_size: [4, 8]}");
        assertThatThrownBy(() -> RecipeDraft.read(file, List.of()))
                .hasMessage(file + ": grid: this recipe describes a sweep; run it with: mojave sweep " + file);
        assertThatThrownBy(() -> dev.mojave.run.recipe.StudyRecipe.read(file, List.of()))
                .hasMessage(
                        file + ": grid: this recipe describes a sweep, not a study; run it with: mojave sweep " + file);
    }
}
