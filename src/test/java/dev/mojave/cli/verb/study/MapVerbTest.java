package dev.mojave.cli.verb.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import dev.mojave.data.Texts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** study, plan and report as they are typed for a recipe with axes and tuning: recipes/map-tiny.yaml on a smaller scale. */
class MapVerbTest {
    private static final String RECIPE = """
            data: {source: TEXT, tokenizer: byte, validation: {tail: 0.2}}
            model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 24,
              max_position_embeddings: 16}
            train: {batch_size: 4, learning_rate: 3.0e-3, schedule: {warmup_fraction: 0.1}, eval_every: 4}
            engine: {precision: fp32, threads: 1}
            arms:
              dense: {match: {arm: moe, by: active}}
              moe: {model: {moe: {num_experts: 4, num_experts_per_tok: 2}}}
            seeds: [3]
            axes: {tokens: [512, 1024]}
            tune: {tokens: 256, seeds: [8], train.learning_rate: [1.0e-5, 1.0e-2]}
            """;

    @TempDir
    Path folder;

    private Path recipe = Path.of("unset");

    @BeforeEach
    void writeRecipe() throws IOException {
        Path text = Texts.cats(folder, 100);
        recipe = Files.writeString(folder.resolve("tiny.yaml"), RECIPE.replace("TEXT", text.toString()));
    }

    private CliResult study(String... options) {
        List<String> arguments = new ArrayList<>(List.of("study", recipe.toString(), "--output", runs().toString()));
        arguments.addAll(List.of(options));
        return CliResult.run(arguments.toArray(String[]::new));
    }

    private Path runs() {
        return folder.resolve("runs");
    }

    @Test
    void aMapRunsReportsAndIsMerged() throws IOException {
        CliResult result = study("--name", "m", "--json", "--jobs", "2");
        assertThat(result.code()).as(result.err()).isZero();
        Path map = runs().resolve("m");
        JsonNode json = Json.tree(result.out());
        assertThat(json).isEqualTo(Json.tree(Files.readString(map.resolve("results.json"))));
        assertThat(json.path("cells").size()).isEqualTo(2);
        assertThat(json.path("tuning").path(0).path("chosen").stringValue()).isEqualTo("point-2");
        assertThat(result.err())
                .contains("tokens  comparison", "dense minus moe: ", "Report:  " + map.resolve("report.html"))
                .contains("one seed: nothing can be shown");
        assertThat(map.resolve("plots/map-dense.png")).isNotEmptyFile();
        CliResult again = study("--name", "m", "--resume", "auto");
        assertThat(again.code()).isZero();
        assertThat(again.err()).contains(map + " is finished: nothing was left to do.");
        assertThat(study("--name", "m").err()).contains("continue it with --resume auto");

        CliResult more = study("--name", "n", "--set", "axes={tokens: [256]}");
        assertThat(more.code()).as(more.err()).isZero();
        CliResult merged =
                CliResult.run("report", map.toString(), runs().resolve("n").toString());
        assertThat(merged.code()).as(merged.err()).isZero();
        Path together = runs().resolve("m-merged");
        assertThat(merged.out().strip())
                .isEqualTo(together.resolve("report.html").toString());
        assertThat(Json.tree(Files.readString(together.resolve("results.json")))
                        .path("axes")
                        .path(0)
                        .path("values")
                        .valueStream()
                        .map(JsonNode::stringValue))
                .containsExactly("256", "512", "1024");
        assertThat(CliResult.run("report", map.toString(), map.toString()).err())
                .contains("is in both m and m");
        CliResult over =
                CliResult.run("report", map.toString(), runs().resolve("n").toString(), "--output", map.toString());
        assertThat(over.code()).isEqualTo(2);
        assertThat(over.err()).contains("is the folder of a run or a study, whose results would be lost");
        assertThat(CliResult.run("report", map.toString(), "--output", "elsewhere")
                        .err())
                .contains("--output: the report of " + map + " is written into it");
    }

    @Test
    void ofAMapTrialsAreCountedAndTimed() {
        CliResult plan = CliResult.run("plan", recipe.toString(), "--json");
        assertThat(plan.code()).as(plan.err()).isZero();
        JsonNode json = Json.tree(plan.out());
        assertThat(json.path("cells").intValue()).isEqualTo(2);
        assertThat(json.path("tuning_trials").intValue()).isEqualTo(4);
        assertThat(json.path("trials").intValue()).isEqualTo(8);
        assertThat(json.path("tokens").longValue()).isEqualTo(4 * 256 + 2 * 512 + 2 * 1024);
        assertThat(json.path("times").path(0).path("seconds_low").doubleValue()).isGreaterThan(1);
        CliResult arm = CliResult.run("plan", recipe.toString(), "--arm", "moe");
        assertThat(arm.code()).isEqualTo(2);
        assertThat(arm.err()).contains("has axes or tuning, and is planned as a whole; leave --arm out");
        assertThat(runs()).doesNotExist();
    }

    @Test
    void whatDoesNotHoldTogetherLeavesNothingBehind() {
        CliResult nothing = study("--set", "axes={tokens: []}");
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err())
                .isEqualTo("mojave: --set axes={tokens: []}: axes: tokens lists no value; give it at least one\n");
        assertThat(study("--set", "tune.seeds=[3]").err()).contains("share [3]");
        CliResult many = study(
                "--set",
                "seeds=" + java.util.stream.IntStream.range(10, 310).boxed().toList());
        assertThat(many.code()).isEqualTo(2);
        assertThat(many.err()).contains("1,200 trials", "confirm them with --yes");
        CliResult match = study("--set", "axes={tokens: [512], model.intermediate_size: [1]}");
        assertThat(match.code()).isEqualTo(2);
        CliResult train = CliResult.run("train", recipe.toString());
        assertThat(train.err()).contains("run it with: mojave study");
        assertThat(runs()).doesNotExist();
    }

    @Test
    void thePrintedRecipeIsTheSameMap() throws IOException {
        CliResult printed = study("--print-config", "--set", "train.batch_size=8");
        assertThat(printed.code()).isZero();
        assertThat(printed.out()).contains("name: tiny", "axes:", "tune:");
        Files.writeString(recipe, printed.out());
        assertThat(study("--print-config").out()).isEqualTo(printed.out());
        assertThat(runs()).doesNotExist();
    }
}
