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
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Tests sweep as it is typed. */
class SweepVerbTest {
    private static final String RECIPE = """
            data: {source: TEXT, tokenizer: byte, validation: {tail: 0.2}}
            model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
            train: {batch_size: 4, tokens: 512, learning_rate: 3.0e-3, eval_every: 4}
            engine: {precision: fp32, threads: 1}
            grid: {train.learning_rate: [1.0e-5, 1.0e-2]}
            """;

    @TempDir
    Path folder;

    private Path recipe = Path.of("unset");

    @BeforeEach
    void writeRecipe() throws IOException {
        Path text = Texts.cats(folder, 100);
        recipe = Files.writeString(folder.resolve("tiny sweep.yaml"), RECIPE.replace("TEXT", text.toString()));
    }

    private CliResult sweep(String... options) {
        List<String> arguments = new ArrayList<>(List.of("sweep", recipe.toString(), "--output", runs().toString()));
        arguments.addAll(List.of(options));
        return CliResult.run(arguments.toArray(String[]::new));
    }

    private Path runs() {
        return folder.resolve("runs");
    }

    @Test
    void aSweepRunsReportsAndItsWinnerTrains() throws IOException {
        CliResult result = sweep("--name", "s", "--json", "--jobs", "2");
        assertThat(result.code()).as(result.err()).isZero();
        Path sweep = runs().resolve("s");
        JsonNode json = Json.tree(result.out());
        assertThat(json).isEqualTo(Json.tree(Files.readString(sweep.resolve("results.json"))));
        assertThat(json.path("points")
                        .path(0)
                        .path("values")
                        .path("train.learning_rate")
                        .stringValue())
                .isEqualTo("0.01");
        assertThat(result.err())
                .contains(
                        "rank  point    learning_rate",
                        "Report:  " + sweep.resolve("report.html"),
                        "./mojave train " + sweep.resolve("winner.yaml"));
        assertThat(sweep.resolve("report.html")).isNotEmptyFile();
        assertThat(sweep.resolve("plots/effects-learning-rate.png")).isNotEmptyFile();

        Files.delete(sweep.resolve("report.html"));
        CliResult report = CliResult.run("report", sweep.toString());
        assertThat(report.code()).isZero();
        assertThat(report.out().strip()).isEqualTo(sweep.resolve("report.html").toString());
        CliResult runs = CliResult.run("runs", "--output", runs().toString());
        assertThat(runs.out()).contains("s/trials/point-1/seed-0", "s/trials/point-2/seed-0");
        CliResult again = sweep("--name", "s", "--resume", "auto");
        assertThat(again.code()).isZero();
        assertThat(again.err()).contains(sweep + " has finished already: nothing was left to do.");

        CliResult train =
                CliResult.run("train", sweep.resolve("winner.yaml").toString(), "--output", runs().toString());
        assertThat(train.code()).as(train.err()).isZero();
        // The same recipe and seed as the trial: the same loss.
        double trained =
                json.path("points").path(0).path("val_loss").path("mean").asDouble();
        CliResult listed = CliResult.run("runs", "--output", runs().toString(), "--json");
        assertThat(Json.tree(listed.out())
                        .valueStream()
                        .filter(run -> run.path("name").asString().equals("s-point-2"))
                        .map(run -> run.path("val_loss").asDouble()))
                .containsExactly(trained);
    }

    @Test
    void aFailedTrialIsNamedWithTheCommandThatContinues() {
        CliResult result = sweep("--name", "f", "--set", "grid={train.learning_rate: [1.0e-2, 1.0e+30]}");
        assertThat(result.code()).isEqualTo(5);
        assertThat(result.err())
                .contains("warning: trial point-2/seed-0 failed: ")
                .endsWith(String.format(Locale.ROOT, """
                        Repeat them, each from its last checkpoint, with:
                          ./mojave sweep '%s' --set 'grid={train.learning_rate: [1.0e-2, 1.0e+30]}' --name f --output %s --resume auto
                        """, recipe, runs()));
        assertThat(result.out()).contains("Of 1 point, learning_rate=0.01 has the lowest validation loss", "point-1");
    }

    @Test
    void anInconsistentRecipeLeavesNothingBehind() {
        CliResult typo = sweep("--set", "grid={train.learning_rat: [1, 2]}");
        assertThat(typo.code()).isEqualTo(2);
        assertThat(typo.err()).contains("train.learning_rat: unknown key; did you mean 'learning_rate'?");
        CliResult many = sweep(
                "--set",
                "seeds=" + java.util.stream.IntStream.range(0, 300).boxed().toList());
        assertThat(many.code()).isEqualTo(2);
        assertThat(many.err()).contains("600 trials (2 points, 300 seeds) are more than 500; confirm them with --yes");
        CliResult study = CliResult.run("sweep", "recipes/quickstart.yaml");
        assertThat(study.code()).isEqualTo(2);
        assertThat(study.err()).contains("run it with: mojave study recipes/quickstart.yaml");
        assertThat(CliResult.run("train", recipe.toString()).err()).contains("run it with: mojave sweep");
        assertThat(runs()).doesNotExist();
    }

    @Test
    void thePrintedRecipeIsTheSameSweep() throws IOException {
        CliResult printed = sweep("--print-config", "--set", "train.tokens=2k");
        assertThat(printed.code()).isZero();
        assertThat(printed.out()).contains("name: tiny-sweep", "grid:");
        Files.writeString(recipe, printed.out());
        assertThat(sweep("--print-config").out()).isEqualTo(printed.out());
        CliResult example = CliResult.run("sweep", "recipes/sweep-tiny.yaml", "--print-config");
        assertThat(example.code()).isZero();
        assertThat(runs()).doesNotExist();
    }
}
