package dev.mojave.cli.verb.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.cli.CliResult;
import dev.mojave.data.Texts;
import dev.mojave.run.folder.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ReproduceVerbTest {
    @TempDir
    Path folder;

    @Test
    void theExitCodeReportsTheOutcomeAndTheTextWhatWasCompared() throws IOException {
        Path recipe = folder.resolve("tiny.yaml");
        Files.writeString(recipe, """
                name: tiny
                data: {source: TEXT, tokenizer: byte, validation: {tail: 0.2}}
                model: {preset: gpt2, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 16}
                train: {batch_size: 2, steps: 4, learning_rate: 1.0e-3}
                engine: {precision: fp32}
                """.replace("TEXT", Texts.cats(folder, 200).toString()));
        assertThat(CliResult.run("train", recipe.toString(), "--output", folder.toString())
                        .code())
                .isZero();
        Path run = folder.resolve("tiny");

        CliResult same = CliResult.run("reproduce", run.toString());
        assertThat(same.code()).as(same.err()).isZero();
        assertThat(same.out().replaceAll("\\s+", " "))
                .isEqualTo(run
                        + " was reproduced bit for bit: weights, optimiser state and log of step 4 are identical. ");
        assertThat(same.err())
                .contains("to compare it bit for bit: commit, processor, libraries, engine and data are the same");

        Path weights = RunFolder.open(run).checkpoints().weights(4);
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        CliResult other = CliResult.run("reproduce", run.toString());
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.out()).contains("was not reproduced").contains("\n  weights:\n    there: ");
        assertThat(other.err()).contains("model.safetensors has changed since it was saved");

        Path provenance = run.resolve("provenance.json");
        Files.writeString(
                provenance,
                Files.readString(provenance).replaceFirst("\"commit\" : \"[^\"]*\"", "\"commit\" : \"0123456789ab\""));
        CliResult losses = CliResult.run("reproduce", run.toString(), "--json");
        assertThat(losses.code()).isEqualTo(1);
        JsonNode json = Json.tree(losses.out());
        assertThat(json.path("identical").asBoolean()).isFalse();
        assertThat(json.path("compared").asString()).isEqualTo("losses");
        assertThat(json.path("differences").get(0).path("what").asString()).isEqualTo("commit");
        assertThat(json.path("differences").get(1).path("what").asString()).isEqualTo("weights");
        assertThat(json.path("val_loss").doubleValue())
                .isEqualTo(json.path("reproduced_val_loss").doubleValue());
        assertThat(json.path("spread").isNull()).isTrue();
        assertThat(CliResult.run("reproduce", run.toString()).out().replaceAll("\\s+", " "))
                .contains("nats per token there")
                .contains("It cannot be judged: the run is not a trial of a study");
    }

    @Test
    void aFolderThatIsNotARunIsRejected() {
        CliResult result = CliResult.run("reproduce", folder.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("is not a run");
    }
}
