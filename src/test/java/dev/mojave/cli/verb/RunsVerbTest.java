package dev.mojave.cli.verb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RunsVerbTest {
    @TempDir
    Path output;

    private void run(String name, String status) throws IOException {
        Path folder = Files.createDirectories(output.resolve(name));
        Files.writeString(folder.resolve("recipe.yaml"), "name: " + name + "\n");
        Files.writeString(folder.resolve("status.json"), status);
    }

    @Test
    void anEmptyOrMissingFolderSaysHowToFillIt() {
        CliResult result =
                CliResult.run("runs", "--output", output.resolve("none").toString());
        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("no runs under ").contains("./mojave quickstart");
        assertThat(CliResult.run("runs", "--json", "--output", output.toString())
                        .out())
                .isEqualTo("[ ]\n");
    }

    @Test
    void stateStepAndLossesAreListed() throws IOException {
        run("done", """
                {"state": "finished", "step": 2000, "total_steps": 2000, "heartbeat": "2026-01-01T00:00:00Z",
                 "metrics": {"val/loss": 1.88, "val/best_loss": 1.875}}""");
        run("sick", "not json");

        CliResult result = CliResult.run("runs", "--output", output.toString());
        assertThat(result.code()).isZero();
        assertThat(result.out().lines().toList().get(1)).matches("done +finished +2000/2000 +- +1\\.8800 +1\\.8750");
        assertThat(result.out().lines().toList().get(2)).startsWith("sick").contains("failed", "status.json");

        JsonNode json = Json.tree(
                CliResult.run("runs", "--json", "--output", output.toString()).out());
        assertThat(json.path(0).path("name").stringValue()).isEqualTo("done");
        assertThat(json.path(0).path("total_steps").longValue()).isEqualTo(2000);
        assertThat(json.path(0).path("best_val_loss").doubleValue()).isEqualTo(1.875);
    }

    @Test
    void anOutputFolderThatIsALinkIsFollowed() throws IOException {
        run("done", "{\"state\": \"finished\", \"step\": 1, \"total_steps\": 1, \"heartbeat\": \"\", \"metrics\": {}}");
        run(
                "study/trials/moe/seed-1",
                "{\"state\": \"finished\", \"step\": 1, \"total_steps\": 1, \"heartbeat\": \"\", \"metrics\": {}}");
        Path link = Files.createSymbolicLink(output.resolveSibling(output.getFileName() + "-link"), output);
        try {
            JsonNode json = Json.tree(
                    CliResult.run("runs", "--json", "--output", link.toString()).out());
            assertThat(json.findValuesAsString("name")).containsExactly("done", "study/trials/moe/seed-1");
            assertThat(json.path(0).path("path").stringValue())
                    .isEqualTo(link.resolve("done").toString());
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void metricsAreWrittenAsCsv() throws IOException {
        run("done", "{}");
        Path run = output.resolve("done");
        Files.writeString(
                run.resolve("metrics.jsonl"),
                "{\"step\": 1, \"tokens\": 8, \"elapsed_seconds\": 0.5, \"train/loss\": 2.0, \"moe/0/load\": [0.5, 0.5]}\n");
        CliResult result = CliResult.run("runs", "--csv", run.toString());
        assertThat(result.code()).isZero();
        assertThat(result.out().lines())
                .containsExactly(
                        "step,tokens,words,elapsed_seconds,train/loss,moe/0/load/0,moe/0/load/1",
                        "1,8,,0.5,2.0,0.5,0.5");
        assertThat(CliResult.run("runs", "--csv", run.toString(), "--json").code())
                .isEqualTo(2);
        assertThat(CliResult.run("runs", "--csv", output.resolve("none").toString())
                        .err())
                .contains("is not a run");
    }

    @Test
    void aFileIsNoOutputFolder() throws IOException {
        Path file = Files.writeString(output.resolve("file"), "x");
        CliResult result = CliResult.run("runs", "--output", file.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("mojave: --output: " + file + " is a file, not a folder\n");
    }
}
