package dev.mojave.report;

import dev.mojave.base.Units;
import dev.mojave.result.study.Comparison;
import dev.mojave.result.study.MapCell;
import dev.mojave.result.study.MapResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A map as a grid: budgets from left to right, sizes from top to bottom; without budgets, the last axis from left to right.
 *
 * @param result the map
 */
record MapGrid(MapResult result) {
    /** A pair of arms that every cell compares. */
    record Pair(String a, String b) {
        /** Returns the name of the comparison. */
        String label() {
            return Study.label(a, b);
        }

        /** Returns what identifies it in names of files. */
        String id() {
            return a.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        }
    }

    /** Returns the pairs in the order of the recipe. */
    List<Pair> pairs() {
        return result.comparisons()
                .map(one -> new Pair(one.a(), one.b()))
                .distinct()
                .toList();
    }

    /** Returns the axis from left to right. */
    MapResult.Axis columns() {
        return result.tokens().orElseGet(() -> result.axes().getLast());
    }

    /** Returns the axis from top to bottom, if there are two. */
    Optional<MapResult.Axis> rows() {
        return result.axes().stream().filter(axis -> !axis.equals(columns())).findFirst();
    }

    /** Returns the labels of the columns. */
    List<String> columnLabels() {
        return columns().values().stream().map(value -> text(columns(), value)).toList();
    }

    /** Returns the labels of the rows; one without text if there is a single axis. */
    List<String> rowLabels() {
        return rows().map(MapResult.Axis::values).orElse(List.of(""));
    }

    /** Returns the name of an axis as people read it. */
    static String name(MapResult.Axis axis) {
        return axis.key().equals(MapResult.TOKENS) ? "training tokens" : axis.key();
    }

    /** Returns a value as people read it. */
    static String text(MapResult.Axis axis, String value) {
        return axis.key().equals(MapResult.TOKENS) ? Units.shortCount(Double.parseDouble(value)) : value;
    }

    /** Returns a comparison at a place of the grid, if it has a result. */
    Optional<Comparison> at(Pair pair, int row, int column) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(columns().key(), columns().values().get(column));
        rows().ifPresent(axis -> values.put(axis.key(), axis.values().get(row)));
        return result.cells().stream()
                .filter(cell -> cell.values().equals(values))
                .findFirst()
                .flatMap(cell -> cell.comparison(pair.a, pair.b));
    }

    /** Returns the values of a cell as people read them, in the order of the axes. */
    List<String> texts(MapCell cell) {
        return result.axes().stream()
                .map(axis -> text(axis, cell.values().getOrDefault(axis.key(), "")))
                .toList();
    }
}
