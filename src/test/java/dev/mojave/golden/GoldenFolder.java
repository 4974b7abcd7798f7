package dev.mojave.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mojave.base.tree.Json;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.tensor.DType;
import dev.mojave.tensor.Tensor;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/** A folder of reference values; its ORIGIN.md says what made them. */
public final class GoldenFolder implements AutoCloseable {
    private final Path folder;
    private final SafetensorsFile values;

    public GoldenFolder(String name) {
        this(Path.of("src/test/resources/golden", name));
    }

    public GoldenFolder(Path folder) {
        this.folder = folder;
        this.values = SafetensorsFile.open(folder.resolve("io.safetensors"));
    }

    public ObjectNode config() {
        return Json.read(folder.resolve("config.json"), ObjectNode.class);
    }

    SafetensorsFile weights() {
        return SafetensorsFile.open(folder.resolve("weights.safetensors"));
    }

    boolean has(String name) {
        return values.contains(name);
    }

    StoredTensors stored() {
        return StoredTensors.of(values);
    }

    public Tensor get(String name) {
        return StoredTensors.tensor(values.entry(name));
    }

    /** Asserts that a tensor is the reference's but for rounding, and returns the largest distance. */
    public double compare(String name, Tensor actual, double tolerance) {
        Tensor expected = get(name);
        assertThat(actual.shape()).as("shape of %s", name).isEqualTo(expected.shape());
        double distance =
                actual.detach().to(DType.FLOAT32).sub(expected).abs().max().item();
        assertThat(distance).as("%s of %s", name, folder.getFileName()).isLessThan(tolerance);
        return distance;
    }

    @Override
    public void close() {
        values.close();
    }
}
