package dev.mojave.cli.verb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import dev.mojave.interop.SuccessorFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tests import, export and parity as they are typed. */
class InterchangeVerbTest {
    private static final String GOLDEN = "src/test/resources/golden/";

    @TempDir
    Path folder;

    private CliResult runs(String... arguments) {
        return CliResult.run(arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2_moe", "mistral", "qwen2", "qwen3", "mistral_window", "mixtral_window"})
    void importThenExportThenImportIsBitwise(String name) throws IOException {
        String type = name.replace("_window", "");
        String runs = folder.resolve("runs").toString();
        CliResult imported = runs("import", GOLDEN + name, "--name", "first", "--output", runs, "--json");
        assertThat(imported.code()).as(imported.err()).isZero();
        JsonNode facts = Json.tree(imported.out());
        assertThat(facts.path("model_type").stringValue()).isEqualTo(type);
        assertThat(facts.path("tokenizer").booleanValue()).isFalse();
        String out = folder.resolve("out").toString();
        CliResult exported = runs("export", runs + "/first", out, "--license", "cc0-1.0");
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out()).startsWith(out + ": " + type + ", ");
        assertThat(runs("import", out, "--name", "second", "--output", runs).code())
                .isZero();
        JsonNode config = Json.tree(Files.readString(Path.of(out, "config.json")));
        assertThat(config.path("sliding_window").asInt(0)).isEqualTo(name.equals(type) ? 0 : 4);
        Path weights = Path.of("checkpoints/step-0/model.safetensors");
        Path exportedWeights = Path.of(out, "model.safetensors");
        assertThat(Files.mismatch(folder.resolve("runs/first").resolve(weights), exportedWeights))
                .isEqualTo(-1);
        assertThat(Files.mismatch(folder.resolve("runs/second").resolve(weights), exportedWeights))
                .isEqualTo(-1);
        assertThat(Path.of(out, "README.md")).content().contains("license: cc0-1.0", "imported from " + GOLDEN + name);
        Files.copy(Path.of(GOLDEN, name, "io.safetensors"), Path.of(out, "io.safetensors"));
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

    /** A rejected import or export creates neither the folder nor a parent of it, and a run that was to be replaced is kept. */
    @Test
    void rejectedCommandsLeaveNothingBehind() throws IOException {
        String runs = folder.resolve("runs").toString();
        assertThat(runs("import", GOLDEN + "llama", "--name", "m", "--output", runs)
                        .code())
                .isZero();
        for (String format : new String[] {"gguf", "hf"}) {
            String out = folder.resolve("a/b/" + format).toString();
            String source = format.equals("hf") ? folder.resolve("none").toString() : runs + "/m";
            assertThat(runs("export", source, out, "--format", format).code()).isNotZero();
            assertThat(folder.resolve("a")).doesNotExist();
        }
        Path damaged = Files.createDirectory(folder.resolve("damaged"));
        Files.copy(Path.of(GOLDEN, "llama", "config.json"), damaged.resolve("config.json"));
        Files.copy(Path.of(GOLDEN, "gpt2", "weights.safetensors"), damaged.resolve("weights.safetensors"));
        Path weights = Path.of(runs, "m/checkpoints/step-0/model.safetensors");
        byte[] before = Files.readAllBytes(weights);
        String[] again = {"import", damaged.toString(), "--name", "m", "--output", runs, "--overwrite"};
        assertThat(runs(again).code()).isEqualTo(4);
        assertThat(Files.readAllBytes(weights)).isEqualTo(before);
        again[1] = GOLDEN + "mistral";
        assertThat(runs(again).code()).isZero();
        assertThat(Files.readAllBytes(weights)).isNotEqualTo(before);
        try (Stream<Path> left = Files.list(Path.of(runs))) {
            assertThat(left).containsExactly(Path.of(runs, "m"));
        }
    }

    @Test
    void otherVerbsAcceptAnImportedRun() {
        String runs = folder.toString();
        assertThat(runs("import", GOLDEN + "llama", "--name", "m", "--output", runs)
                        .err())
                .contains("the folder has no tokenizer.json");
        assertThat(runs("runs", "--output", runs).out()).contains("m ", "finished");
        CliResult generated = runs("generate", runs + "/m");
        assertThat(generated.code()).isEqualTo(4);
        assertThat(generated.err())
                .contains("m has no tokenizer.json; add one, or import the model again with --tokenizer");
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
                "{\"type\": \"char\", \"version\": 1, \"separator\": true, \"characters\": \""
                        + " .0123ABCDEFGHIJKLMNOPQRSTUVWXYZaehmnorstu\"}");
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
    void parityIsReportedByTheExitCode() throws IOException {
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

    private JsonNode json(Path file) {
        return Json.read(file, JsonNode.class);
    }

    /** The begin and end tokens in a model's folder are respected here, and exported unchanged. */
    @Test
    void specialTokensSurviveImportAndExport() throws IOException {
        Path source = folder.resolve("source");
        SuccessorFolder.write(
                source, "\"eos_token_id\": 6, \"bos_token_id\": 1, \"pad_token_id\": 0", "null", Optional.empty());
        Files.writeString(
                source.resolve("generation_config.json"),
                "{\"eos_token_id\": [7, 6], \"pad_token_id\": 2, \"bos_token_id\": 1}");
        String names = "{\"add_bos_token\": true, \"bos_token\": {\"content\": \"<turn>\"}, \"eos_token\": \"</s>\","
                + " \"pad_token\": \"<unk>\"}";
        Files.writeString(source.resolve("tokenizer_config.json"), names);
        String[] greedy = {"--prompt", "the", "--max-tokens", "9", "--temperature", "0", "--json"};
        for (String format : new String[] {"hf", "mojave"}) {
            String runs = folder.resolve("runs-" + format).toString();
            assertThat(runs("import", source.toString(), "--name", "m", "--output", runs)
                            .code())
                    .isZero();
            Path moved =
                    Files.move(Path.of(runs), folder.resolve("moved-" + format)).resolve("m");
            Path out = folder.resolve("out-" + format);
            CliResult exported = runs("export", moved.toString(), out.toString(), "--format", format);
            assertThat(exported.code()).as(exported.err()).isZero();
            for (Path model : new Path[] {source, moved, out}) {
                JsonNode written = Json.tree(
                        runs(with("generate", model.toString(), greedy)).out());
                assertThat(written.path("text").stringValue()).as("%s", model).isEqualTo(" quick brown");
                assertThat(written.path("prompt_tokens").intValue()).isEqualTo(2);
            }
            assertThat(json(out.resolve("generation_config.json")))
                    .isEqualTo(json(source.resolve("generation_config.json")));
            for (String key : new String[] {"eos_token_id", "bos_token_id", "pad_token_id"}) {
                assertThat(json(out.resolve("config.json")).path(key))
                        .isEqualTo(json(source.resolve("config.json")).path(key));
            }
            Json.tree(names)
                    .properties()
                    .forEach(entry -> assertThat(
                                    json(out.resolve("tokenizer_config.json")).path(entry.getKey()))
                            .isEqualTo(entry.getValue()));
        }
    }

    private static String[] with(String verb, String model, String... rest) {
        return Stream.concat(Stream.of(verb, model), Stream.of(rest)).toArray(String[]::new);
    }

    /** If a folder does not specify them, the guessed ones are exported, so that transformers stops at the same place. */
    @Test
    void guessedSpecialTokensAreExported() throws IOException {
        Path source = folder.resolve("source");
        SuccessorFolder.write(source, "", "null", Optional.empty());
        Path out = folder.resolve("out");
        assertThat(runs("export", source.toString(), out.toString()).code()).isZero();
        assertThat(json(out.resolve("config.json")).path("eos_token_id").intValue())
                .isEqualTo(2);
        assertThat(json(out.resolve("generation_config.json"))
                        .path("eos_token_id")
                        .intValue())
                .isEqualTo(2);
        assertThat(json(out.resolve("tokenizer_config.json")).path("eos_token").stringValue())
                .isEqualTo("</s>");
    }

    @Test
    void aPaddingTokenBeyondTheEmbeddingsIsReportedAndLeftOut() throws IOException {
        Path source = folder.resolve("source");
        SuccessorFolder.write(source, "", "null", Optional.of(SuccessorFolder.EMBEDDINGS));
        String said =
                "the tokenizer has [PAD] beyond the 12 token embeddings of the model, which are left out, and refused in a text";
        CliResult imported = runs("import", source.toString(), "--name", "m", "--output", folder.toString(), "--json");
        assertThat(imported.err()).contains("warning: " + said);
        assertThat(Json.tree(imported.out()).path("warnings").path(0).stringValue())
                .isEqualTo(said);
        String run = folder.resolve("m").toString();
        CliResult direct =
                runs("generate", source.toString(), "--prompt", "the", "--max-tokens", "2", "--temperature", "0");
        assertThat(direct.err()).contains("warning: " + said);
        for (String model : new String[] {source.toString(), run}) {
            assertThat(runs("generate", model, "--prompt", "the", "--max-tokens", "2", "--temperature", "0")
                            .out())
                    .isEqualTo("the quick brown\n");
            CliResult refused = runs("generate", model, "--prompt", "the [PAD]");
            assertThat(refused.code()).isEqualTo(4);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err()).contains("the text contains the token '[PAD]'");
        }
        Path out = folder.resolve("out");
        assertThat(runs("export", run, out.toString()).code()).isZero();
        assertThat(out.resolve("tokenizer.json")).hasSameTextualContentAs(source.resolve("tokenizer.json"));
        CliResult tuned = runs(
                "train",
                run + "/recipe.yaml",
                "--from",
                run,
                "--name",
                "tuned",
                "--output",
                folder.toString(),
                "--set",
                "data.tokenizer=" + run + "/tokenizer.json",
                "--set",
                "train.steps=1",
                "--set",
                "train.schedule.warmup_steps=0");
        assertThat(tuned.code()).as(tuned.err()).isZero();
        assertThat(folder.resolve("tuned/special_tokens.json"))
                .hasSameTextualContentAs(Path.of(run, "special_tokens.json"));
    }

    /** The first token of a text is predicted from the begin token, with which every window begins unless a flag disables this. */
    @Test
    void perplexityCountsWithTheBeginTokenAndSaysSo() throws IOException {
        Path source = folder.resolve("source");
        SuccessorFolder.write(source, "\"bos_token_id\": 2", "null", Optional.empty());
        Files.writeString(source.resolve("tokenizer_config.json"), "{\"add_bos_token\": true}");
        assertThat(runs("import", source.toString(), "--name", "m", "--output", folder.toString())
                        .code())
                .isZero();
        String run = folder.resolve("m").toString();
        // After </s> (2) the model generates "the quick brown fox jumps", so with this token in front, every token is
        // predicted.
        Path text = Files.writeString(folder.resolve("text.txt"), "the quick brown fox jumps");
        String[] data = {"--data", text.toString(), "--split", "train"};
        CliResult with = runs(with(
                "eval",
                "perplexity",
                Stream.concat(Stream.of(run), Stream.of(data)).toArray(String[]::new)));
        assertThat(with.code()).as(with.err()).isZero();
        assertThat(with.out())
                .contains("windows          begin with token 2, like this model's texts (--no-begin-token omits it)");
        String[] json = Stream.concat(Stream.of(run, "--json"), Stream.of(data)).toArray(String[]::new);
        JsonNode counted = Json.tree(runs(with("eval", "perplexity", json)).out());
        assertThat(counted.path("begin_tokens").path(0).intValue()).isEqualTo(2);
        JsonNode without = Json.tree(runs(with(
                        "eval",
                        "perplexity",
                        with(json[0], "--no-begin-token", Arrays.copyOfRange(json, 1, json.length))))
                .out());
        assertThat(without.path("begin_tokens")).isEmpty();
        assertThat(counted.path("tokens").intValue())
                .isEqualTo(without.path("tokens").intValue() + 1);
        assertThat(counted.path("perplexity").doubleValue())
                .isLessThan(without.path("perplexity").doubleValue());
    }
}
