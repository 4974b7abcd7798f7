package dev.mojave.lab.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.interop.Weights;
import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.SafetensorsWriter;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.result.TensorParity;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParityTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @TempDir
    Path folder;

    /**
     * Compares Mojave's models with those of transformers, from files that transformers wrote: outputs, losses, routing and the
     * gradient of every stored tensor.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "llama",
                "llama_tied",
                "mixtral",
                "olmoe",
                "qwen2_moe",
                "qwen3_moe",
                "mistral",
                "qwen2",
                "qwen3",
                "mistral_window",
                "mixtral_window"
            })
    void computesWhatTransformersComputes(String name) {
        Parity.Report report = Parity.of(GOLDEN.resolve(name));
        assertThat(report.tensors())
                .allSatisfy(tensor -> assertThat(tensor.pass())
                        .as("%s of %s: %s", tensor.tensor(), name, tensor)
                        .isTrue());
        assertThat(report.passes()).isTrue();
        assertThat(report.ignored()).isEmpty();
        assertThat(report.tensors().stream().map(TensorParity::tensor))
                .contains("logits", "hidden.0", "hidden.2", "ce_loss", "loss", "padded_logits", "padded_loss");
        try (SafetensorsFile weights = SafetensorsFile.open(GOLDEN.resolve(name).resolve("weights.safetensors"))) {
            assertThat(report.tensors().stream().filter(t -> t.tensor().startsWith("grad.")))
                    .as("every gradient of the reference is compared")
                    .hasSameSizeAs(weights.entries())
                    .allSatisfy(t -> assertThat(t.maxAbs()).as(t.tensor()).isLessThan(5e-6));
        }
    }

    /**
     * A window that is one token longer or shorter, or none at all, differs from the reference: outputs after the window differ,
     * earlier ones do not.
     */
    @ParameterizedTest
    @CsvSource({
        "mistral_window, 3",
        "mistral_window, 5",
        "mistral_window, null",
        "mixtral_window, 3",
        "mixtral_window, 5",
        "mixtral_window, null"
    })
    void theWindowIsTheReferencesToTheToken(String name, String other) throws IOException {
        Path path = changed(name, tensors -> {});
        String config = Files.readString(path.resolve("config.json"));
        assertThat(config).contains("\"sliding_window\": 4,");
        Files.writeString(
                path.resolve("config.json"),
                config.replace("\"sliding_window\": 4,", "\"sliding_window\": " + other + ","));
        Parity.Report report = Parity.of(path);
        assertThat(of(report, "hidden.0").pass()).isTrue();
        for (String tensor :
                List.of("logits", "padded_logits", "hidden.1", "grad.model.layers.0.self_attn.k_proj.weight")) {
            assertThat(of(report, tensor).maxAbs()).as(tensor).isGreaterThan(1e-3);
        }
    }

    /** Copies a golden folder with another io.safetensors. */
    private Path changed(String name, Consumer<Map<String, Tensor>> change) throws IOException {
        for (String file : List.of("config.json", "weights.safetensors")) {
            Files.copy(GOLDEN.resolve(name).resolve(file), folder.resolve(file));
        }
        try (Scope _ = Scope.open();
                SafetensorsFile io = SafetensorsFile.open(GOLDEN.resolve(name).resolve("io.safetensors"))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (SafeEntry entry : io.entries()) {
                tensors.put(entry.name(), StoredTensors.of(io).tensor(entry.name()));
            }
            change.accept(tensors);
            SafetensorsWriter.write(folder.resolve("io.safetensors"), Weights.entries(tensors), Map.of());
        }
        return folder;
    }

    private static TensorParity of(Parity.Report report, String tensor) {
        return report.tensors().stream()
                .filter(t -> t.tensor().equals(tensor))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatDiffersFailsByNameAndNothingElse() throws IOException {
        Parity.Report report = Parity.of(changed("mixtral", tensors -> {
            tensors.computeIfPresent("hidden.1", (name, x) -> x.add(1e-3));
            tensors.computeIfPresent("grad.model.norm.weight", (name, x) -> x.mul(Double.NaN));
            tensors.computeIfPresent("padded_router_logits.1", (name, x) -> x.mul(1.01));
            tensors.put("note", Tensors.scalar(1));
        }));
        assertThat(report.tensors().stream().filter(t -> !t.pass()).map(TensorParity::tensor))
                .containsExactlyInAnyOrder("hidden.1", "grad.model.norm.weight", "padded_router_logits.1");
        assertThat(report.passes()).isFalse();
        assertThat(report.ignored()).containsExactly("note");
        TensorParity hidden = of(report, "hidden.1");
        assertThat(hidden.maxAbs()).isBetween(0.99e-3, 1.01e-3);
        assertThat(hidden.tolerance()).isEqualTo(3e-5);
        assertThat(of(report, "grad.model.norm.weight").maxAbs()).isNaN();
        assertThat(of(report, "router_logits.0").tolerance()).isEqualTo(1e-5);
        // Mixtral's largest gradient here is above 0.5.
        assertThat(of(report, "grad.lm_head.weight").tolerance()).isEqualTo(1e-5);
    }

    @Test
    void tolerancesOfTheFolderWin() throws IOException {
        Path path = changed("llama", tensors -> tensors.computeIfPresent("logits", (name, x) -> x.add(1e-3)));
        assertThat(Parity.of(path).passes()).isFalse();
        Files.writeString(path.resolve("tolerance.json"), "{\"logits\": 0.01, \"grad\": 1e-4, \"ce_loss\": 1e-7}");
        Parity.Report report = Parity.of(path);
        assertThat(of(report, "logits").pass()).isTrue();
        assertThat(of(report, "grad.lm_head.weight").tolerance()).isEqualTo(1e-4);
        assertThat(of(report, "ce_loss").tolerance()).isEqualTo(1e-7);
        Files.writeString(path.resolve("tolerance.json"), "{\"logits\": \"a lot\"}");
        assertThatThrownBy(() -> Parity.of(path))
                .hasMessageEndingWith(
                        "tolerance.json: logits is \"a lot\"; a tolerance must be a number of at least 0");
    }

    @Test
    void aFewTensorsAreEnoughAndLabelsMayDiffer() throws IOException {
        Parity.Report report = Parity.of(changed("llama", tensors -> {
            tensors.keySet().retainAll(List.of("ids", "logits", "ce_loss"));
            tensors.put("labels", Tensors.full(DType.INT64, -100, 2, 13));
        }));
        // No label counts, so there is no loss to compare.
        assertThat(report.tensors().stream().map(TensorParity::tensor)).containsExactly("logits");
        assertThat(report.passes()).isTrue();
        assertThat(report.ignored()).containsExactly("ce_loss");
    }

    private void refused(String name, Consumer<Map<String, Tensor>> change, String message) throws IOException {
        Path path = changed(name, change);
        assertThatThrownBy(() -> Parity.of(path))
                .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                .hasMessageContaining(message);
        for (String file : List.of("config.json", "weights.safetensors", "io.safetensors")) {
            Files.delete(folder.resolve(file));
        }
    }

    @Test
    void inputsThatCannotBeReadAreRefused() throws IOException {
        refused(
                "gpt2",
                tensors -> tensors.remove("ids"),
                "has no tensor 'ids'; it must contain the input tokens, int64 (B, T)");
        refused(
                "gpt2",
                tensors -> tensors.put("ids", Tensors.zeros(DType.FLOAT32, 2, 3)),
                "ids is FLOAT32; expected an integer type");
        refused(
                "gpt2",
                tensors -> tensors.put("ids", Tensors.zeros(DType.INT64, 7)),
                "ids has the shape [7]; expected (B, T)");
        refused(
                "gpt2",
                tensors -> tensors.put("ids", Tensors.zeros(DType.INT64, 1, 21)),
                "from 1 to max_position_embeddings (20)");
        refused(
                "gpt2",
                tensors -> tensors.computeIfPresent("ids", (n, x) -> x.add(43.0).to(DType.INT64)),
                "outside the vocabulary of 43");
        refused(
                "gpt2",
                tensors -> tensors.put("labels", Tensors.zeros(DType.INT64, 2, 2)),
                "labels has the shape [2, 2], but the tokens have [2, 13]");
        refused("gpt2", tensors -> tensors.keySet().retainAll(List.of("ids")), "nothing to compare with");
        refused(
                "gpt2",
                tensors -> tensors.put("logits", Tensors.zeros(DType.FLOAT32, 2)),
                "logits has the shape [2], but the model computes [2, 13, 43]");
        refused(
                "gpt2",
                tensors -> tensors.put("grad.wte", Tensors.zeros(DType.FLOAT32, 2)),
                "grad.wte is the gradient of a tensor that the model does not have");
        refused(
                "gpt2",
                tensors -> tensors.put("ce_loss", Tensors.zeros(DType.INT64, 1)),
                "ce_loss is INT64; expected values must be floats");
        refused(
                "gpt2",
                tensors -> tensors.computeIfPresent(
                        "padded_mask", (n, x) -> x.eq(0).to(DType.INT64)),
                "padded_mask has padding before real tokens");
        assertThatThrownBy(() -> Parity.of(folder.resolve("none"))).hasMessageContaining("there is no such folder");
        Files.copy(GOLDEN.resolve("gpt2/config.json"), folder.resolve("config.json"));
        Files.copy(GOLDEN.resolve("gpt2/weights.safetensors"), folder.resolve("weights.safetensors"));
        assertThatThrownBy(() -> Parity.of(folder))
                .hasMessageEndingWith("io.safetensors is missing: it must contain the inputs and the expected outputs");
    }
}
