package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.StopSignal;
import dev.mojave.base.tree.Yaml;
import dev.mojave.run.recipe.RecipeDraft;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares experts.json of a router that rounding cannot affect with the file from before profiles became a probe. */
class ExpertsFileTest {
    /** The last digits of sums of logarithms depend on the processor. */
    private static final String LAST_DIGITS = "(\"(?:specialisation|category_information)\" : [0-9]\\.[0-9]{10})[0-9]*";

    @Test
    void theFileIsByteForByteTheSame(@TempDir Path folder) throws IOException {
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            content.append(String.format(
                    Locale.ROOT,
                    "{\"text\": \"the %d cats sat\", \"category\": \"%s\"}\n",
                    i,
                    i % 2 == 0 ? "even" : "odd"));
        }
        Path text = Files.writeString(folder.resolve("text.jsonl"), content);
        RecipeDraft draft = RecipeDraft.of(Yaml.parse(String.format(Locale.ROOT, """
                        name: run
                        data: {source: %s, tokenizer: byte, validation: {documents: 0.2}}
                        model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16,
                          moe: {num_experts: 2, num_experts_per_tok: 1, router: hash}}
                        train: {batch_size: 4, steps: 2, learning_rate: 3.0e-3, eval_every: 9}
                        engine: {precision: fp32}
                        """, text), "test.yaml"), "test.yaml");
        Runs.run(draft, folder.resolve("out"), false, StopSignal.NEVER);
        String written = Files.readString(folder.resolve("out/run/experts.json"));
        try (InputStream golden =
                Objects.requireNonNull(ExpertsFileTest.class.getResourceAsStream("/golden/experts/hash.json"))) {
            String expected = new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(written.replaceAll(LAST_DIGITS, "$1")).isEqualTo(expected.replaceAll(LAST_DIGITS, "$1"));
        }
    }
}
