package dev.mojave.lab.parity;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Json;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.interop.safetensors.StoredTensors;
import dev.mojave.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Absolute tolerances, wide enough for a float32 program that sums in another order, by kind of tensor ({@code logits}, {@code
 * grad}, ...) or by the name of a single tensor. A folder's {@code tolerance.json} overrides the defaults. The default for
 * gradients is 5e-6, or twice that if the largest gradient exceeds 0.5.
 */
final class Tolerances {
    private static final Map<String, Double> DEFAULTS = Map.of(
            "logits",
            3e-5,
            "hidden",
            3e-5,
            "ce_loss",
            5e-6,
            "loss",
            5e-6,
            "aux_loss",
            5e-6,
            "router_logits",
            1e-5,
            "grad",
            5e-6);
    private static final double LARGE_GRADIENT = 0.5;

    private final Map<String, Double> values;

    private Tolerances(Map<String, Double> values) {
        this.values = values;
    }

    static Tolerances of(Path folder, SafetensorsFile io) {
        Map<String, Double> values = new TreeMap<>(DEFAULTS);
        values.computeIfPresent("grad", (kind, tolerance) -> hasLargeGradient(io) ? 2 * tolerance : tolerance);
        Path file = folder.resolve("tolerance.json");
        if (Files.isRegularFile(file)) {
            ObjectNode tree = Json.read(file, ObjectNode.class);
            for (Map.Entry<String, JsonNode> entry : tree.properties()) {
                double tolerance =
                        entry.getValue().isNumber() ? entry.getValue().doubleValue() : -1;
                if (!(tolerance >= 0 && Double.isFinite(tolerance))) {
                    throw Failure.data(
                            "%s: %s is %s; a tolerance must be a number of at least 0",
                            file, entry.getKey(), entry.getValue());
                }
                values.put(entry.getKey(), tolerance);
            }
        }
        return new Tolerances(values);
    }

    private static boolean hasLargeGradient(SafetensorsFile io) {
        List<String> gradients = io.entries().stream()
                .map(entry -> entry.name())
                .filter(name -> name.startsWith("grad."))
                .toList();
        StoredTensors stored = StoredTensors.of(io);
        for (String name : gradients) {
            try (Scope _ = Scope.open()) {
                if (stored.dtype(name).isFloat()
                        && stored.tensor(name).elements() > 0
                        && stored.tensor(name).abs().max().item() > LARGE_GRADIENT) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns the absolute tolerance of a tensor of a kind. */
    double of(String tensor, String kind) {
        Double own = values.get(tensor);
        return own == null ? values.getOrDefault(kind, 0.0) : own;
    }
}
