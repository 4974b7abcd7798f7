package dev.mojave.lab.design;

import dev.mojave.base.Units;
import dev.mojave.lab.sweep.Point;
import dev.mojave.run.recipe.StudyRecipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * One combination of the axes' values, which is a whole study; a study without axes is a single cell without values.
 *
 * @param at number and values, by the dotted path of the key in the recipe
 * @param size the values without the budget, numbered from 1: cells of one size share their tuning
 * @param study the recipe with these values
 */
public record Cell(Point at, Point size, StudyRecipe study) {
    /** Returns {@code cell-N}, the prefix of the folders of its trials. */
    public String name() {
        return "cell-" + at.number();
    }

    /** Returns the budget, if it is an axis. */
    public OptionalLong tokens() {
        JsonNode tokens = at.values().get(Axes.BUDGET);
        return tokens == null ? OptionalLong.empty() : OptionalLong.of(tokens.longValue());
    }

    /** Returns all values on one line: {@code hidden_size=64, 1M tokens}. */
    public String label() {
        Stream<String> others = size.values().isEmpty() ? Stream.empty() : Stream.of(size.label());
        Stream<String> budget = tokens().stream().mapToObj(tokens -> Units.shortCount((double) tokens) + " tokens");
        return Stream.concat(others, budget).collect(Collectors.joining(", "));
    }

    /** Returns the values as typed in YAML, by the axis's key: {@code tokens}, or a dotted path. */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        for (String path : List.copyOf(at.values().keySet())) {
            values.put(Axes.key(path), at.text(path));
        }
        return values;
    }
}
