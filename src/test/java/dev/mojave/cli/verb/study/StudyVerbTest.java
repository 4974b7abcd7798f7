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

/** Tests study and quickstart as they are typed. */
class StudyVerbTest {
    private static final String RECIPE = """
            data: {source: TEXT, tokenizer: byte, validation: {tail: 0.2}}
            model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 24,
              max_position_embeddings: 16}
            train: {batch_size: 4, learning_rate: 3.0e-3, eval_every: 4}
            engine: {precision: fp32, threads: 1}
            arms:
              dense: {match: {arm: moe, by: active}}
              moe: {model: {moe: {num_experts: 4, num_experts_per_tok: 2}}}
            seeds: [3]
            budget: {tokens: 512}
            """;

    @TempDir
    Path folder;

    private Path recipe = Path.of("unset");

    @BeforeEach
    void writeRecipe() throws IOException {
        Path text = Texts.cats(folder, 100);
        recipe = Files.writeString(folder.resolve("tiny study.yaml"), RECIPE.replace("TEXT", text.toString()));
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
    void aStudyRunsIsFoundFinishedAndIsNotReplacedByAccident() throws IOException {
        CliResult result = study("--name", "s", "--json");
        assertThat(result.code()).as(result.err()).isZero();
        Path study = runs().resolve("s");
        JsonNode json = Json.tree(result.out());
        assertThat(json).isEqualTo(Json.tree(Files.readString(study.resolve("results.json"))));
        assertThat(json.path("arms").path(1).path("name").stringValue()).isEqualTo("moe");
        assertThat(json.path("provenance").path("command").stringValue())
                .isEqualTo("./mojave study '" + recipe + "' --name s --output " + runs());
        assertThat(result.err())
                .contains("dense minus moe: ", "no interval (one seed)", "Report:  " + study.resolve("report.html"));
        assertThat(study.resolve("report.html")).isNotEmptyFile();

        CliResult again = study("--name", "s");
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err())
                .isEqualTo(
                        "mojave: " + study
                                + " already exists; continue it with --resume auto, choose another --name, or replace it with --overwrite\n");
        CliResult resumed = study("--name", "s", "--resume", "auto");
        assertThat(resumed.code()).isZero();
        assertThat(resumed.err()).contains(study + " has finished already: nothing was left to do.");
        assertThat(resumed.out()).contains("dense minus moe: ");
        CliResult other = study("--name", "s", "--resume", "auto", "--set", "budget.tokens=1024");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains("budget.tokens");
    }

    @Test
    void aFailedTrialIsNamedWithTheCommandThatContinues() {
        CliResult result = study("--name", "f", "--set", "arms.moe.train.learning_rate=1e30");
        assertThat(result.code()).isEqualTo(5);
        assertThat(result.err())
                .contains("trial moe/seed-3 ")
                .endsWith(String.format(Locale.ROOT, """
                        Repeat them, each from its last checkpoint, with:
                          ./mojave study '%s' --set arms.moe.train.learning_rate=1e30 --name f --output %s --resume auto
                        """, recipe, runs()));
    }

    @Test
    void optionsAreChecked() {
        assertThat(study("--resume", "yes").err()).contains("--resume accepts only auto, not 'yes'");
        assertThat(study("--resume", "auto", "--overwrite").err())
                .contains("--resume and --overwrite contradict each other");
        assertThat(study("--set", "arms.moe=null", "--set", "arms.dense=null").code())
                .isEqualTo(2);
        CliResult bare = CliResult.run("study", "recipes/shakespeare-char-cpu.yaml");
        assertThat(bare.code()).isEqualTo(2);
        assertThat(bare.err()).contains("has no arms", "mojave train recipes/shakespeare-char-cpu.yaml");
        assertThat(runs()).doesNotExist();
    }

    @Test
    void thePrintedRecipeIsTheSameStudy() throws IOException {
        CliResult printed = study("--print-config", "--set", "budget.tokens=2k");
        assertThat(printed.code()).isZero();
        assertThat(printed.out()).contains("name: tiny-study", "tokens: 2000");
        Files.writeString(recipe, printed.out());
        assertThat(study("--print-config").out()).isEqualTo(printed.out());
        assertThat(runs()).doesNotExist();
    }

    @Test
    void quickstartIsTheStudyOfItsRecipe() {
        for (String quick : List.of("", "-quick")) {
            String[] typed = quick.isEmpty()
                    ? new String[] {"quickstart", "--print-config"}
                    : new String[] {"quickstart", "--quick", "--print-config"};
            CliResult printed = CliResult.run(typed);
            assertThat(printed.code()).isZero();
            assertThat(printed.out())
                    .contains("arms:", "dense-active", "dense-total", "moe", "name: quickstart" + quick)
                    .isEqualTo(CliResult.run("study", "recipes/quickstart" + quick + ".yaml", "--print-config")
                            .out());
        }
        CliResult typo = CliResult.run("quickstart", "--quick", "--set", "budget.token=1M");
        assertThat(typo.code()).isEqualTo(2);
        assertThat(typo.err()).contains("--set budget.token=1M: budget.token: unknown key; did you mean 'tokens'?");
    }
}
