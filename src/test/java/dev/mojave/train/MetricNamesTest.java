package dev.mojave.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.StopSignal;
import dev.mojave.base.tree.Yaml;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.log.MetricsCsv;
import dev.mojave.run.log.MetricsLog;
import dev.mojave.run.recipe.RecipeDraft;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The names and the order of a run's metrics, which other programs read, have not changed since before names were declared in the
 * code.
 */
class MetricNamesTest {
    private static final Pattern KEY = Pattern.compile("\"([^\"]+)\":");
    private static final Pattern TAG = Pattern.compile("(train|train_subset|val|moe|loss|generate|memory)/[a-z0-9_/]+");

    private static final List<String> HEAD = List.of("step", "tokens", "words", "elapsed_seconds");
    private static final List<String> STEP = List.of(
            "train/loss",
            "train/ce",
            "train/learning_rate",
            "train/grad_norm",
            "loss/switch_balance",
            "loss/router_z",
            "moe/0/max_violation",
            "moe/0/load_entropy",
            "moe/0/routing_entropy",
            "moe/0/dead_experts",
            "moe/0/drop_rate",
            "moe/0/unrouted_rate",
            "moe/0/specialisation",
            "moe/0/category_information",
            "train/tokens_per_second",
            "memory/peak_bytes");
    private static final List<String> EVALUATION =
            List.of("val/loss", "val/perplexity", "val/bits_per_token", "val/bits_per_byte", "train_subset/loss");
    private static final List<String> LISTS = List.of("moe/0/load", "moe/0/best_choice", "moe/0/weight_by_rank");

    @TempDir
    static Path folder;

    private static RunFolder run = RunFolder.planned(Path.of("."), "none");

    @BeforeAll
    static void train() throws IOException {
        Path text = folder.resolve("text.jsonl");
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            content.append(String.format(
                    Locale.ROOT,
                    "{\"text\": \"the %d cats sat\", \"category\": \"%s\"}\n",
                    i,
                    i % 2 == 0 ? "even" : "odd"));
        }
        Files.writeString(text, content);
        RecipeDraft draft = RecipeDraft.of(Yaml.parse(String.format(Locale.ROOT, """
                        name: run
                        data: {source: %s, tokenizer: byte, validation: {documents: 0.2}}
                        model: {preset: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16,
                          moe: {num_experts: 2, num_experts_per_tok: 2, losses: {switch_balance: 0.01, router_z: 0.001}}}
                        train: {batch_size: 4, steps: 3, learning_rate: 3.0e-3, eval_every: 9, log_every: 2, train_subset_tokens: 64}
                        engine: {precision: fp32}
                        """, text), "test.yaml"), "test.yaml");
        Runs.run(draft, folder.resolve("out"), false, StopSignal.NEVER);
        run = RunFolder.open(folder.resolve("out/run"));
    }

    private static List<String> keys(String line) {
        return KEY.matcher(line).results().map(match -> match.group(1)).toList();
    }

    private static List<String> joined(List<List<String>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    @Test
    void metricsJsonlHasTheNamesInTheirOrder() throws IOException {
        List<String> lines = Files.readAllLines(run.metrics());
        assertThat(lines).hasSize(4);
        assertThat(keys(lines.get(0))).isEqualTo(joined(List.of(HEAD, STEP, LISTS)));
        assertThat(keys(lines.get(1))).isEqualTo(joined(List.of(HEAD, STEP, LISTS)));
        assertThat(keys(lines.get(2))).isEqualTo(joined(List.of(HEAD, STEP, EVALUATION, LISTS)));
        assertThat(keys(lines.get(3))).isEqualTo(joined(List.of(HEAD, List.of("generate/tokens_per_second"))));
    }

    @Test
    void csvColumnsHaveThemToo() {
        String header = MetricsCsv.of(MetricsLog.read(run.metrics()))
                .lines()
                .findFirst()
                .orElseThrow();
        List<String> columns = LISTS.stream()
                .flatMap(name -> Stream.of(name + "/0", name + "/1"))
                .toList();
        assertThat(header.split(","))
                .containsExactlyElementsOf(
                        joined(List.of(HEAD, STEP, columns, EVALUATION, List.of("generate/tokens_per_second"))));
    }

    @Test
    void tensorBoardEventsHaveThemToo() throws IOException {
        try (Stream<Path> files = Files.list(run.path().resolve("tensorboard"))) {
            String events = Files.readString(files.findFirst().orElseThrow(), StandardCharsets.ISO_8859_1);
            Set<String> tags =
                    TAG.matcher(events).results().map(MatchResult::group).collect(Collectors.toSet());
            assertThat(tags)
                    .containsExactlyInAnyOrderElementsOf(
                            joined(List.of(STEP, LISTS, EVALUATION, List.of("generate/tokens_per_second"))));
        }
    }

    @Test
    void statusHasTheLossesAlone() {
        assertThat(run.status().metrics()).containsOnlyKeys("train/loss", "val/loss", "val/best_loss");
    }
}
