package dev.mojave.cli.verb.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Units;
import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import dev.mojave.result.PlanResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Tests plan as it is typed. */
class PlanVerbTest {
    @TempDir
    Path folder;

    private Path study() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "a line of text\n\nand another one\n\n".repeat(200));
        return Files.writeString(folder.resolve("study.yaml"), String.format(Locale.ROOT, """
                name: study
                data: {source: %s, tokenizer: byte, validation: {tail: 0.2}}
                model: {preset: gpt2, hidden_size: 16, num_hidden_layers: 4, num_attention_heads: 2, max_position_embeddings: 16}
                train: {batch_size: 4, learning_rate: 1.0e-3}
                engine: {precision: fp32}
                arms:
                  gpt2: {}
                  moep: {model: {preset: moep, parallel: {hidden_size: 8, num_attention_heads: 2, intermediate_size: 16}}}
                seeds: [1, 2, 3]
                budget: {tokens: 6400}
                """, text));
    }

    @Test
    void eachArmOfAStudyIsPlanned() throws IOException {
        CliResult result = CliResult.run("plan", study().toString(), "--json");
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode plan = Json.tree(result.out());
        assertThat(plan.path("arms").valueStream().map(arm -> arm.path("name").stringValue()))
                .containsExactly("gpt2", "moep");
        for (JsonNode arm : plan.path("arms")) {
            assertThat(arm.path("plan").path("steps").longValue()).isEqualTo(100);
            assertThat(arm.path("plan").path("step_seconds").doubleValue()).isPositive();
        }
        // Added up in the same way as in the product: a plain loop may round differently.
        double seconds = plan.path("arms")
                .valueStream()
                .mapToDouble(arm -> arm.path("plan").path("train_seconds").doubleValue())
                .sum();
        assertThat(plan.path("train_seconds").doubleValue()).isEqualTo(3 * seconds);
        assertThat(plan.path("seeds").intValue()).isEqualTo(3);
    }

    @Test
    void trialsOfASweepAreCountedAndTimed() throws IOException {
        Path sweep = Files.writeString(
                folder.resolve("sweep.yaml"), Files.readString(study()).replaceFirst("(?s)arms:.*", "") + """
                        random: {samples: 6, keys: {train.learning_rate: {from: 1.0e-4, to: 1.0e-2, scale: log}}}
                        halving: {rungs: [640, 1280], keep: 0.33}
                        seeds: [1, 2]
                        """);
        CliResult result = CliResult.run("plan", sweep.toString(), "--set", "engine.threads=1", "--json");
        assertThat(result.code()).as(result.err()).isZero();
        JsonNode plan = Json.tree(result.out());
        assertThat(plan.path("points").intValue()).isEqualTo(6);
        // Six points for 640 tokens, at least two of them for 1,280, each with two seeds.
        assertThat(plan.path("trials").intValue()).isEqualTo(16);
        assertThat(plan.path("at_least").booleanValue()).isTrue();
        assertThat(plan.path("tokens").longValue()).isEqualTo(12 * 640 + 4 * 1280);
        assertThat(plan.path("times").path(0).path("jobs").intValue()).isEqualTo(1);
        assertThat(plan.path("times").path(0).path("seconds_low").doubleValue()).isGreaterThan(16);
        assertThat(folder.resolve("sweep")).doesNotExist();
        CliResult arm = CliResult.run("plan", sweep.toString(), "--arm", "a");
        assertThat(arm.code()).isEqualTo(2);
        assertThat(arm.err()).contains("is a sweep's recipe, which has no arms; leave it out");
    }

    @Test
    void anArmMustBelongToTheStudy() throws IOException {
        CliResult wrong = CliResult.run("plan", study().toString(), "--arm", "moeb");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("has no arm 'moeb'; did you mean 'moep'?");
        CliResult single = CliResult.run("plan", "recipes/embedded-tiny.yaml", "--arm", "moe");
        assertThat(single.code()).isEqualTo(2);
        assertThat(single.err()).contains("--arm moe: recipes/embedded-tiny.yaml is the recipe of a single model");
    }

    @Test
    void aPlanIsAlsoPrintedAsText() throws IOException {
        CliResult one = CliResult.run("plan", study().toString(), "--arm", "moep");
        assertThat(one.code()).as(one.err()).isZero();
        assertThat(one.out()).startsWith("study: 4x16, feed-forward 64, 2 layers of 4 blocks of 8, top-2");
        assertThat(one.out()).contains("peak memory");
    }

    /** Computes the FLOPs: 6 per weight, and 12 per head dimension and visible key, of which there are 3.5 on average in a context of 16 with a window of 4. */
    @Test
    void aPlanCountsTheWindow() throws IOException {
        String recipe = Files.readString(study());
        Path windowed = Files.writeString(
                folder.resolve("windowed.yaml"),
                recipe.substring(0, recipe.indexOf("arms:"))
                        .replace("name: study", "name: windowed")
                        .replace("preset: gpt2,", "preset: gpt2, sliding_window: 4,")
                        .replace("learning_rate", "steps: 10, learning_rate"));
        CliResult plan = CliResult.run("plan", windowed.toString());
        assertThat(plan.code()).as(plan.err()).isZero();
        assertThat(plan.out()).startsWith("windowed: 4x16, sliding window 4, feed-forward 64, dense\n");
        long weights = 4 * 12 * 16 * 16 + 257 * 16;
        double flops = 6 * weights + 4 * 16 * 12 * 3.5;
        double withoutWindow = 6 * weights + 4 * 16 * 12 * 8;
        assertThat(Units.count(flops)).isNotEqualTo(Units.count(withoutWindow));
        assertThat(plan.out()).contains("FLOPs per token   " + Units.count(flops) + "\n");
    }

    @Test
    void longStepsAreInSeconds() {
        assertThat(PlanText.step(of(0.0124))).isEqualTo("12 ms");
        assertThat(PlanText.step(of(9.5))).isEqualTo("9500 ms");
        assertThat(PlanText.step(of(12.4))).isEqualTo("12s");
        assertThat(PlanText.step(of(125))).isEqualTo("2m 05s");
    }

    private static PlanResult of(double stepSeconds) {
        return new PlanResult(1, 1, 1, 1, stepSeconds, stepSeconds, 1, 1);
    }
}
