package dev.mojave.lab.reproduce;

import dev.mojave.interop.safetensors.SafeEntry;
import dev.mojave.interop.safetensors.SafetensorsFile;
import dev.mojave.result.ReproduceResult.Difference;
import dev.mojave.result.metric.Metrics;
import dev.mojave.run.folder.RunFolder;
import dev.mojave.run.log.MetricLine;
import dev.mojave.run.log.MetricsLog;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares two runs bit for bit: weights, optimiser state, and the metrics except those that depend on the clock or on memory.
 */
final class Bits {
    private static final String ABSENT = "absent";

    private Bits() {}

    /** Lists the differences; {@code step} is the step of the checkpoint. */
    static List<Difference> differences(RunFolder there, RunFolder here, long step) {
        List<Difference> found = new ArrayList<>();
        tensors("weights", there.checkpoints().weights(step), here.checkpoints().weights(step))
                .ifPresent(found::add);
        tensors(
                        "optimizer",
                        there.checkpoints().optimizer(step),
                        here.checkpoints().optimizer(step))
                .ifPresent(found::add);
        log(there, here).ifPresent(found::add);
        return found;
    }

    private static Optional<Difference> tensors(String what, Path there, Path here) {
        try (SafetensorsFile a = SafetensorsFile.open(there);
                SafetensorsFile b = SafetensorsFile.open(here)) {
            TreeSet<String> names = new TreeSet<>();
            a.entries().forEach(entry -> names.add(entry.name()));
            b.entries().forEach(entry -> names.add(entry.name()));
            List<String> different = names.stream()
                    .filter(name -> !entry(a, name).equals(entry(b, name)))
                    .toList();
            if (different.isEmpty()) {
                return Optional.empty();
            }
            String first = different.getFirst();
            String others = different.size() == 1
                    ? ""
                    : " (and " + (different.size() - 1) + " more of " + names.size() + " tensors)";
            return Optional.of(new Difference(
                    what,
                    first + others + ": " + words(entry(a, first), entry(b, first)),
                    first + others + ": " + words(entry(b, first), entry(a, first))));
        }
    }

    private static Optional<SafeEntry> entry(SafetensorsFile file, String name) {
        return file.contains(name) ? Optional.of(file.entry(name)) : Optional.empty();
    }

    /** Describes a tensor as far as it differs from another: type and shape, or if those agree, the first differing element. */
    private static String words(Optional<SafeEntry> tensor, Optional<SafeEntry> other) {
        if (tensor.isEmpty()) {
            return ABSENT;
        }
        SafeEntry entry = tensor.get();
        boolean alike = other.filter(o -> o.type() == entry.type() && Arrays.equals(o.shape(), entry.shape()))
                .isPresent();
        if (!alike) {
            return entry.type() + " " + Arrays.toString(entry.shape());
        }
        long at = entry.data().mismatch(other.get().data());
        int width = entry.type().bytes();
        long element = at / width;
        StringBuilder hex = new StringBuilder("element " + element + " is 0x");
        for (int i = width - 1; i >= 0; i--) {
            byte value = entry.data().get(ValueLayout.JAVA_BYTE, element * width + i);
            hex.append(HexFormat.of().toHexDigits(value));
        }
        return hex.toString();
    }

    private static Optional<Difference> log(RunFolder there, RunFolder here) {
        List<MetricLine> a = MetricsLog.read(there.metrics());
        List<MetricLine> b = MetricsLog.read(here.metrics());
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            if (i >= a.size() || i >= b.size()) {
                return Optional.of(new Difference("metrics", a.size() + " lines", b.size() + " lines"));
            }
            Map<String, String> thereOf = computed(a.get(i));
            Map<String, String> hereOf = computed(b.get(i));
            if (!thereOf.equals(hereOf)) {
                return Optional.of(difference(i + 1, thereOf, hereOf));
            }
        }
        return Optional.empty();
    }

    private static Difference difference(int line, Map<String, String> there, Map<String, String> here) {
        TreeSet<String> names = new TreeSet<>(there.keySet());
        names.addAll(here.keySet());
        names.removeIf(name -> there.getOrDefault(name, ABSENT).equals(here.getOrDefault(name, ABSENT)));
        String first = names.getFirst();
        String place = "line " + line + ": " + first + " ";
        return new Difference(
                "metrics", place + there.getOrDefault(first, ABSENT), place + here.getOrDefault(first, ABSENT));
    }

    /** Returns the values of a line that do not depend on the clock or on memory. */
    private static Map<String, String> computed(MetricLine line) {
        Map<String, String> values = new TreeMap<>();
        values.put("step", Long.toString(line.step()));
        values.put("tokens", Long.toString(line.tokens()));
        if (line.words() != null) {
            values.put("words", Long.toString(line.words()));
        }
        line.scalars().forEach((name, value) -> {
            if (!Metrics.measuredOfMachine(name)) {
                values.put(name, value.toString());
            }
        });
        line.lists().forEach((name, list) -> values.put(name, list.toString()));
        return values;
    }
}
