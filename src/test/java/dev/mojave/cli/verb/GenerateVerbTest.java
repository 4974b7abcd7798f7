package dev.mojave.cli.verb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests generate as it is typed. */
class GenerateVerbTest {
    @TempDir
    Path folder;

    /** Trains a run for two steps and returns its folder. */
    private String trained(String name, String mixture) throws IOException {
        return trained(name, mixture, "byte");
    }

    private String trained(String name, String mixture, String tokenizer) throws IOException {
        Path text = folder.resolve("text.jsonl");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            lines.append(String.format(
                    Locale.ROOT,
                    "{\"text\": \"a line of text, the %dth\", \"category\": \"%s\"}\n",
                    i,
                    i % 2 == 0 ? "noun" : "verb"));
        }
        Files.writeString(text, lines);
        Path recipe = Files.writeString(
                folder.resolve(name + ".yaml"), String.format(Locale.ROOT, """
                name: %s
                data: {source: %s, tokenizer: %s, validation: {documents: 0.2}}
                model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16, %s}
                train: {batch_size: 2, steps: 2, learning_rate: 1.0e-3}
                engine: {precision: fp32}
                """, name, text, tokenizer, mixture));
        CliResult result = CliResult.run("train", recipe.toString(), "--output", folder.toString());
        assertThat(result.code()).as(result.err()).isZero();
        return folder.resolve(name).toString();
    }

    @Test
    void categoriesAreOnlyForModelsThatUseThem() throws IOException {
        String aware = trained(
                "aware",
                "moe: {num_experts: 2, num_experts_per_tok: 1, router: {kind: task_aware, categories: [noun, verb]}}");
        CliResult verbs = CliResult.run("generate", aware, "--prompt", "a ", "--max-tokens", "5", "--category", "verb");
        assertThat(verbs.code()).as(verbs.err()).isZero();
        assertThat(verbs.out()).startsWith("a ");
        CliResult unknown = CliResult.run("generate", aware, "--category", "nuon");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err())
                .contains("--category: the model has no category 'nuon' (it has noun, verb); did you mean 'noun'?");
        CliResult dense = CliResult.run("generate", trained("dense", "dropout: 0.0"), "--category", "noun");
        assertThat(dense.code()).isEqualTo(2);
        assertThat(dense.err())
                .contains(
                        "--category noun: no router of this model uses categories (only router task_aware does); leave the option out");
    }

    @Test
    void aWarningStatesHowMuchOfALongPromptIsLeftOut() throws IOException {
        String run = trained("short", "dropout: 0.0");
        CliResult longer = CliResult.run("generate", run, "--prompt", "abcdefghijklmnopqrst", "--max-tokens", "1");
        assertThat(longer.code()).as(longer.err()).isZero();
        assertThat(longer.err())
                .contains(
                        "warning: the prompt has 20 tokens, but the context has room for 16: the first 4 were left out");
        assertThat(longer.out()).startsWith("abcdefghijklmnopqrst");
        CliResult exact = CliResult.run("generate", run, "--prompt", "efghijklmnopqrst", "--max-tokens", "1", "--json");
        assertThat(exact.err()).doesNotContain("left out");
        assertThat(Json.tree(exact.out()).path("prompt_tokens").intValue()).isEqualTo(16);
        assertThat(Json.tree(exact.out()).path("prompt_tokens_left_out").intValue())
                .isZero();
        CliResult json =
                CliResult.run("generate", run, "--prompt", "abcdefghijklmnopqrst", "--max-tokens", "1", "--json");
        assertThat(Json.tree(json.out()).path("prompt_tokens_left_out").intValue())
                .isEqualTo(4);
    }

    @Test
    void aPromptThatTheModelCannotReadIsNotPrinted() throws IOException {
        String run = trained("letters", "dropout: 0.0", "char");
        CliResult unknown = CliResult.run("generate", run, "--prompt", "a line \u6f22");
        assertThat(unknown.code()).isEqualTo(4);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err()).contains("character '\u6f22' (U+6F22) at position 7 is not among the");
    }
}
