package dev.mojave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.Locales;
import dev.mojave.base.files.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints, exports, JSON and printed text are the same in every locale. */
class LocaleTest {
    /** What differs between any two runs: times, speeds, memory. It matches ASCII digits only, so that other digits are not hidden. */
    private static final String NUMBER = "[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?[kM]?";

    /** Measurements may be printed in different units in different runs. */
    private static final String UNIT = "\\b0(?: ?(?:ms|s|m|h|B|kB|MB|GB|TB|k|M))?\\b";

    @TempDir
    static Path folder;

    private static Map<String, String> expected = Map.of();

    static Stream<String> tags() {
        return Locales.TAGS.stream();
    }

    @BeforeEach
    void whatEnglishGives() throws Exception {
        if (expected.isEmpty()) {
            expected = Locales.under("en-US", LocaleTest::everything);
        }
    }

    /** Runs verbs in a folder of their own; returns what they printed and the content of the files that they wrote. */
    private static Map<String, String> everything() throws IOException {
        Folders.delete(folder.resolve("home"));
        Path home = Files.createDirectories(folder.resolve("home"));
        Path text = home.resolve("text.csv");
        StringBuilder rows = new StringBuilder("text,category\n");
        for (int i = 0; i < 60; i++) {
            rows.append("a LINE of text INSIDE the ")
                    .append(i)
                    .append("th,")
                    .append(i % 2 == 0 ? "IDIOM" : "verb")
                    .append('\n');
        }
        Files.writeString(text, rows);
        Path recipe = Files.writeString(home.resolve("small.yaml"), String.format(Locale.ROOT, """
                name: small
                data: {source: %s, lowercase: true, tokenizer: byte, validation: {documents: 0.2}}
                model: {preset: llama, hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 16, moe: {num_experts: 4, num_experts_per_tok: 2}}
                train: {batch_size: 2, steps: 12, learning_rate: 1.0e-3, eval_every: 5}
                engine: {precision: fp32}
                """, text));
        Path runs = home.resolve("runs");
        String run = runs.resolve("small").toString();
        Map<String, String> said = new TreeMap<>();
        say(said, "train", recipe.toString(), "--output", runs.toString());
        say(said, "generate", run, "--prompt", "a li", "--max-tokens", "5", "--temperature", "0");
        say(said, "eval", "perplexity", run);
        say(said, "export", run, home.resolve("hf").toString());
        say(said, "export", run, home.resolve("gguf").toString(), "--format", "gguf");
        say(said, "plan", recipe.toString());
        say(said, "runs", "--output", runs.toString());
        say(said, "models");
        say(said, "data", "show", "embedded");
        say(said, "tokenizer", "encode", "--tokenizer", "byte", "--text", "sea");
        say(said, "train", "--help");
        say(said, "eval", "perplexity", run, "--json");
        try (Stream<Path> all = Files.walk(home)) {
            for (Path file : all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("tfevents") && !file.endsWith("SHA256SUMS"))
                    .toList()) {
                said.put(home.relativize(file).toString(), content(file));
            }
        }
        return said;
    }

    private static void say(Map<String, String> said, String... arguments) {
        CliResult result = CliResult.run(arguments);
        assertThat(result.code())
                .as(String.join(" ", arguments) + ": " + result.err())
                .isZero();
        said.put(
                "mojave " + String.join(" ", arguments),
                (result.out() + result.err()).replaceAll(NUMBER, "0").replaceAll(UNIT, "0"));
    }

    private static String content(Path file) throws IOException {
        // Weights are bit-identical; every other file contains a time somewhere.
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".safetensors") || name.endsWith(".gguf")
                ? bytes
                : bytes.replaceAll(NUMBER, "0").replaceAll(UNIT, "0");
    }

    @ParameterizedTest
    @MethodSource("tags")
    void everyFileAndEveryLineIsTheSame(String tag) throws Exception {
        Map<String, String> said = Locales.under(tag, LocaleTest::everything);
        assertThat(said.keySet()).isEqualTo(expected.keySet());
        expected.forEach((what, text) -> assertThat(text.equals(said.get(what)))
                .as("%s under %s: %s", what, tag, text.length() < 3000 ? said.get(what) : "")
                .isTrue());
    }

    @Test
    void aModelTrainedInOneLocaleIsReadInAnother() throws Exception {
        String run = folder.resolve("home/runs/small").toString();
        Locales.under("ar-EG", LocaleTest::everything);
        CliResult result = Locales.under("de-DE", () -> CliResult.run("generate", run, "--max-tokens", "3"));
        assertThat(result.code()).as(result.err()).isZero();
    }
}
