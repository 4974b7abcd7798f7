package dev.mojave.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mojave.base.Failure;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.SafetensorsWriter;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Scope;
import dev.mojave.tensor.Tensor;
import dev.mojave.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightsTest {
    @TempDir
    Path folder;

    private Path write(Map<String, Tensor> tensors) throws IOException {
        Path file = folder.resolve("w.safetensors");
        SafetensorsWriter.write(file, Weights.entries(tensors), Map.of());
        return file;
    }

    @Test
    void carriesEveryElementType() throws IOException {
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (DType type : DType.values()) {
                tensors.put(
                        type.name(),
                        Tensors.of(new float[] {0, 1, 1, 0, 1, 1}, 2, 3).to(type));
            }
            tensors.put("none", Tensors.zeros(DType.FLOAT32, 3, 0));
            tensors.put("no rows", Tensors.zeros(DType.BFLOAT16, 0, 3));
            tensors.put("scalar", Tensors.scalar(-1.5));
            Tensor wide = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            tensors.put("transposed", wide.transpose(0, 1));
            try (SafetensorsFile file = SafetensorsFile.open(write(tensors))) {
                tensors.forEach((name, tensor) -> {
                    Tensor read = StoredTensors.tensor(file.entry(name));
                    assertThat(read.dtype()).isEqualTo(tensor.dtype());
                    assertThat(read.shape()).isEqualTo(tensor.shape());
                    assertThat(read.toFloats()).as(name).isEqualTo(tensor.toFloats());
                });
            }
        }
    }

    @Test
    void loadsIntoParametersThatTrain() throws IOException {
        try (Scope _ = Scope.open()) {
            Path saved = write(Map.of("w", Tensors.of(new float[] {1, 2}, 2), "n", Tensors.of(new long[] {7}, 1)));
            Tensor weight = Tensors.zeros(DType.FLOAT32, 2).requireGrad(true);
            Tensor count = Tensors.zeros(DType.INT64, 1);
            try (SafetensorsFile file = SafetensorsFile.open(saved)) {
                Weights.load(file, Map.of("w", weight, "n", count));
            }
            assertThat(weight.toFloats()).containsExactly(1, 2);
            assertThat(count.toLongs()).containsExactly(7);
            assertThat(weight.requiresGrad()).isTrue();
        }
    }

    @Test
    void refusesAnotherModelByNameAndChangesNothing() throws IOException {
        try (Scope _ = Scope.open()) {
            Path saved = write(Map.of("a", Tensors.of(new float[] {1, 2}, 2), "b", Tensors.of(new float[] {3}, 1)));
            Tensor a = Tensors.zeros(DType.FLOAT32, 2);
            Tensor one = Tensors.zeros(DType.FLOAT32, 1);
            try (SafetensorsFile file = SafetensorsFile.open(saved)) {
                assertThatThrownBy(() -> Weights.load(file, Map.of("a", a, "b", one, "bb", one)))
                        .isInstanceOfSatisfying(
                                Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
                        .hasMessage(saved + " has no tensor 'bb'; did you mean 'b'?");
                assertThatThrownBy(() -> Weights.load(file, Map.of("a", a)))
                        .hasMessage(saved + ": the model has no tensor 'b' (nearest: 'a');"
                                + " the file belongs to another model");
                assertThatThrownBy(() -> Weights.load(file, Map.of("a", a, "b", a)))
                        .hasMessage(
                                saved
                                        + ": tensor 'b' has shape [1], but the model needs [2]; the file belongs to another model");
            }
            assertThat(a.toFloats()).containsExactly(0, 0);
        }
    }
}
