package dev.mojave.lab.map;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Trees;
import dev.mojave.base.tree.Yaml;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.MapResult;
import dev.mojave.result.study.TunedArm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/** Merges several maps of one kind: their recipes may differ only in name and in the values of the axes. */
public final class MapMerge {
    private MapMerge() {}

    /**
     * Merges maps, finished or not.
     *
     * @param folders at least one
     * @throws Failure of kind USAGE if a folder is not a map's, recipes differ, data differ, or a cell is in two maps
     */
    public static MapResult of(List<Path> folders) {
        List<MapResult> maps = new ArrayList<>();
        for (Path folder : folders) {
            if (!MapResults.isMap(folder) && !MapResults.isRecord(folder)) {
                throw Failure.usage(
                        "%s is not a map (a study with axes), and only maps can be merged; report it by itself",
                        folder);
            }
            maps.add(MapResults.read(folder));
        }
        MapResult first = maps.getFirst();
        for (int i = 1; i < maps.size(); i++) {
            requireSame(folders.getFirst(), folders.get(i));
            if (!maps.get(i).provenance().dataSha256().equals(first.provenance().dataSha256())) {
                throw Failure.usage(
                        "%s and %s were trained on different text (SHA-256 %s... and %s...), so their losses cannot be compared",
                        folders.getFirst(), folders.get(i), start(first), start(maps.get(i)));
            }
        }
        return maps.size() == 1 ? first : merged(maps);
    }

    private static String start(MapResult map) {
        String hash = map.provenance().dataSha256();
        return hash.substring(0, Math.min(12, hash.length()));
    }

    private static void requireSame(Path one, Path other) {
        List<Trees.Difference> differences = Trees.differences(comparable(one), comparable(other));
        if (!differences.isEmpty()) {
            throw Failure.usage(
                    "%s and %s are maps of different recipes and cannot be merged: %s",
                    one,
                    other,
                    differences.stream()
                            .map(difference -> difference.path() + " (" + shown(difference.before()) + " in the first, "
                                    + shown(difference.after()) + " in the second)")
                            .collect(Collectors.joining(", ")));
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "absent" : value;
    }

    /** Returns the recipe without its name and without the values of its axes. */
    private static ObjectNode comparable(Path folder) {
        ObjectNode tree = Yaml.read(folder.resolve("recipe.yaml"));
        tree.remove("name");
        if (tree.path("axes") instanceof ObjectNode axes) {
            for (String key : List.copyOf(axes.propertyNames())) {
                axes.put(key, "values");
            }
        }
        return tree;
    }

    private static MapResult merged(List<MapResult> maps) {
        Map<Map<String, String>, MapResult> seen = new LinkedHashMap<>();
        List<MapCell> cells = new ArrayList<>();
        Map<String, String> missing = new LinkedHashMap<>();
        for (MapResult map : maps) {
            for (MapCell cell : map.cells()) {
                MapResult earlier = seen.putIfAbsent(cell.values(), map);
                if (earlier != null) {
                    throw Failure.usage(
                            "the cell %s is in both %s and %s; leave one of them out",
                            cell.label(), earlier.name(), map.name());
                }
                cells.add(new MapCell(
                        map.name() + "/" + cell.name(), cell.label(), cell.values(), cell.arms(), cell.comparisons()));
            }
            map.missing().forEach((trial, reason) -> missing.put(map.name() + "/" + trial, reason));
        }
        MapResult first = maps.getFirst();
        MapSummary summary = new MapSummary(cells);
        List<TunedArm> tuned =
                maps.stream().flatMap(map -> map.tuning().stream()).toList();
        int jobs = maps.stream().mapToInt(MapResult::jobs).max().orElse(1);
        List<String> names = maps.stream().map(MapResult::name).toList();
        List<String> notes = new ArrayList<>(
                new MapNotes(summary.cells(), tuned, missing, first.unigramEntropy(), jobs).all(Set.of()));
        notes.add("Merged from " + String.join(", ", names)
                + ", whose recipes differ in nothing but the values of their axes.");
        processors(maps, notes);
        return new MapResult(
                String.join(" + ", names),
                axes(maps),
                summary.cells(),
                summary.turns(),
                tuned,
                first.unigramEntropy(),
                first.bytesPerToken(),
                summary.headline(),
                notes,
                missing,
                names,
                first.provenance(),
                jobs);
    }

    private static void processors(List<MapResult> maps, List<String> notes) {
        Set<String> kinds = maps.stream()
                .map(map -> map.provenance().machine().kindInWords())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (kinds.size() > 1) {
            notes.add(
                    "The maps ran on different processors (" + String.join("; ", kinds)
                            + "): losses may differ in their last digits, and speeds and times cannot be compared between them.");
        }
    }

    private static List<MapResult.Axis> axes(List<MapResult> maps) {
        List<MapResult.Axis> axes = new ArrayList<>();
        for (MapResult.Axis axis : maps.getFirst().axes()) {
            List<String> values = maps.stream()
                    .flatMap(map -> map.axes().stream())
                    .filter(other -> other.key().equals(axis.key()))
                    .flatMap(other -> other.values().stream())
                    .distinct()
                    .toList();
            axes.add(new MapResult.Axis(axis.key(), sorted(values)));
        }
        return axes;
    }

    private static List<String> sorted(List<String> values) {
        boolean numbers = values.stream().allMatch(value -> value.matches("-?[0-9.]+(e-?[0-9]+)?"));
        return numbers
                ? values.stream()
                        .sorted(Comparator.comparingDouble(Double::parseDouble))
                        .toList()
                : values;
    }
}
