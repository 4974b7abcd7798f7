package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** import, export and parity as they are typed. */
class InterchangeVerbTest {
    private static final String GOLDEN = "src/test/resources/golden/";

    @TempDir
    Path folder;

    private CliResult runs(String... arguments) {
        return CliResult.run(arguments);
    }

    @Test
    void importThenExportThenImportIsBitwise() throws IOException {
        String runs = folder.resolve("runs").toString();
        CliResult imported = runs("import", GOLDEN + "qwen2_moe", "--name", "first", "--output", runs, "--json");
        assertThat(imported.code()).as(imported.err()).isZero();
        JsonNode facts = Json.tree(imported.out());
        assertThat(facts.path("model_type").stringValue()).isEqualTo("qwen2_moe");
        assertThat(facts.path("tokenizer").booleanValue()).isFalse();
        String out = folder.resolve("out").toString();
        CliResult exported = runs("export", runs + "/first", out, "--license", "cc0-1.0");
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out()).startsWith(out + ": qwen2_moe, ");
        assertThat(runs("import", out, "--name", "second", "--output", runs).code())
                .isZero();
        Path weights = Path.of("checkpoints/step-0/model.safetensors");
        Path exportedWeights = Path.of(out, "model.safetensors");
        assertThat(Files.mismatch(folder.resolve("runs/first").resolve(weights), exportedWeights))
                .isEqualTo(-1);
        assertThat(Files.mismatch(folder.resolve("runs/second").resolve(weights), exportedWeights))
                .isEqualTo(-1);
        assertThat(Path.of(out, "README.md"))
                .content()
                .contains("license: cc0-1.0", "imported from " + GOLDEN + "qwen2_moe");
        Files.copy(Path.of(GOLDEN, "qwen2_moe", "io.safetensors"), Path.of(out, "io.safetensors"));
        assertThat(runs("parity", out).code()).isZero();
    }

    @Test
    void ggufIsAFileForLlamaCpp() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        for (String name : new String[] {"config.json", "weights.safetensors"}) {
            Files.copy(Path.of(GOLDEN, "llama", name), source.resolve(name));
        }
        String out = folder.resolve("out").toString();
        assertThat(runs("export", source.toString(), out, "--format", "gguf", "--type", "q4")
                        .err())
                .contains("--type: 'q4' is not f32, f16 or q8_0");
        CliResult bare = runs("export", source.toString(), out, "--format", "gguf");
        assertThat(bare.code()).isEqualTo(4);
        assertThat(bare.err()).contains("has no tokenizer.json");
    }

    @Test
    void anImportedRunIsTakenByOtherVerbs() {
        String runs = folder.toString();
        assertThat(runs("import", GOLDEN + "llama", "--name", "m", "--output", runs)
                        .err())
                .contains("the folder has no tokenizer.json");
        assertThat(runs("runs", "--output", runs).out()).contains("m ", "finished");
        CliResult generated = runs("generate", runs + "/m");
        assertThat(generated.code()).isEqualTo(4);
        assertThat(generated.err())
                .contains("m has no tokenizer.json; put one there, or import the model again with --tokenizer");
        CliResult again = runs("import", GOLDEN + "llama", "--name", "m", "--output", runs);
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("exists");
        CliResult wrong = runs("import", GOLDEN + "llama", "--name", "n", "--output", runs, "--tokenizer", "byte");
        assertThat(wrong.code()).isEqualTo(4);
        assertThat(wrong.err()).contains("the tokenizer has 257 tokens, but vocab_size of " + GOLDEN + "llama is 43");
        assertThat(folder.resolve("n")).doesNotExist();
    }

    @Test
    void anImportedRunCanBeMovedAndStillReadsOtherText() throws IOException {
        Path source = Files.createDirectory(folder.resolve("llama"));
        for (String name : new String[] {"config.json", "weights.safetensors"}) {
            Files.copy(Path.of(GOLDEN, "llama", name), source.resolve(name));
        }
        Files.writeString(
                source.resolve("tokenizer.json"),
                "{\"type\": \"char\", \"version\": 1, \"separator\": true, \"characters\": \" .0123ABCDEFGHIJKLMNOPQRSTUVWXYZaehmnorstu\"}");
        Path text = Files.writeString(folder.resolve("text.txt"), "the rat ate at noon. ".repeat(100));
        assertThat(runs(
                                "import",
                                source.toString(),
                                "--name",
                                "m",
                                "--output",
                                folder.resolve("here").toString())
                        .code())
                .isZero();
        Files.move(folder.resolve("here"), folder.resolve("there"));
        Files.move(source, folder.resolve("gone"));
        String run = folder.resolve("there/m").toString();
        CliResult measured = runs("eval", "perplexity", run, "--data", text.toString(), "--json");
        assertThat(measured.code()).as(measured.err()).isZero();
        assertThat(Json.tree(measured.out()).path("tokens").longValue()).isEqualTo(210);

        CliResult tuned = runs(
                "train",
                run + "/recipe.yaml",
                "--from",
                run,
                "--name",
                "tuned",
                "--output",
                folder.resolve("there").toString(),
                "--set",
                "data.source=" + text,
                "--set",
                "data.validation=null",
                "--set",
                "data.test=null",
                "--set",
                "train.steps=1",
                "--set",
                "train.schedule.warmup_steps=0",
                "--json");
        assertThat(tuned.code()).as(tuned.err()).isZero();
        String own = folder.resolve("there/tuned").toString();
        CliResult same = runs("eval", "perplexity", own);
        assertThat(same.code()).as(same.err()).isZero();
        assertThat(same.err()).doesNotContain("has changed");
        Files.writeString(text, "the hat ate a rat. ".repeat(100));
        assertThat(runs("eval", "perplexity", own).err())
                .contains("the text has changed since the run was trained on it");
    }

    @Test
    void parityCountsInItsExitCode() throws IOException {
        CliResult fine = runs("parity", GOLDEN + "llama");
        assertThat(fine.code()).as(fine.err()).isZero();
        assertThat(fine.out()).contains("tensor ", "max abs", "all 30 tensors pass");
        Path copy = Files.createDirectory(folder.resolve("copy"));
        for (String name : new String[] {"config.json", "weights.safetensors", "io.safetensors"}) {
            Files.copy(Path.of(GOLDEN, "llama", name), copy.resolve(name));
        }
        Files.writeString(
                copy.resolve("config.json"),
                Files.readString(copy.resolve("config.json")).replace("1e-05", "1e-06"));
        CliResult differs = runs("parity", copy.toString(), "--json");
        assertThat(differs.code()).isEqualTo(1);
        JsonNode logits = Json.tree(differs.out()).get(0);
        assertThat(logits.path("tensor").stringValue()).isEqualTo("logits");
        assertThat(logits.path("pass").booleanValue()).isFalse();
        assertThat(logits.path("max_abs").doubleValue()).isGreaterThan(1e-4);
        assertThat(logits.path("tolerance").doubleValue()).isEqualTo(3e-5);
        assertThat(runs("parity", folder.resolve("none").toString()).code()).isEqualTo(2);
    }

    @Test
    void aFolderWithoutAModelIsRefusedBeforeAnythingElse() {
        CliResult none = runs("generate", folder.resolve("none").toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err())
                .isEqualTo("mojave: " + folder.resolve("none")
                        + " is not a run: there is no such folder; list runs with: mojave runs\n");
    }

    @Test
    void flagsAreChecked() {
        assertThat(runs("export", GOLDEN + "llama", folder.resolve("x").toString(), "--format", "onnx")
                        .err())
                .contains("--format: 'onnx' is not hf, mojave or gguf");
        assertThat(runs("export", GOLDEN + "llama", folder.resolve("x").toString(), "--license", "no: way")
                        .err())
                .contains("--license ('no: way') must be an identifier");
        assertThat(runs("import", folder.toString()).code()).isEqualTo(4);
    }

    @Test
    void aFolderIsExportedWithoutBeingImported() {
        Path out = folder.resolve("own");
        CliResult exported = runs("export", GOLDEN + "llama_tied", out.toString(), "--format", "mojave", "--json");
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(Json.tree(exported.out()).path("model_type").stringValue()).isEqualTo("mojave");
        assertThat(out.resolve("README.md")).content().contains("library_name: mojave");
        assertThat(runs("import", out.toString(), "--name", "back", "--output", folder.toString())
                        .code())
                .isZero();
    }
}
