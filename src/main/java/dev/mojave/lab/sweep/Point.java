package dev.mojave.lab.sweep;

import dev.mojave.base.Failure;
import dev.mojave.run.recipe.Overrides;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One choice of a value for every swept key.
 *
 * @param number from 1, in the order of the space
 * @param values by the key's dotted path, in the order of the recipe
 */
public record Point(int number, Map<String, JsonNode> values) {
    /** Copies the values, so that they cannot change. */
    public Point {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Returns {@code point-N}: its folder under {@code trials}, and its name in messages. */
    public String name() {
        return "point-" + number;
    }

    /**
     * Returns a recipe's tree, as it was typed, with this point's values set as {@code --set} would set them, so that defaults
     * that depend on them follow.
     *
     * @param place returns where a key was set, for messages
     * @throws Failure of kind USAGE if a key along a path has a value instead of a section
     */
    public ObjectNode on(ObjectNode typed, UnaryOperator<String> place) {
        ObjectNode tree = typed;
        for (Map.Entry<String, JsonNode> value : values.entrySet()) {
            try {
                tree = Overrides.set(tree, value.getKey(), value.getValue());
            } catch (Failure e) {
                throw e.at(place.apply(value.getKey()));
            }
        }
        return tree;
    }

    /** Returns a key's value as written in YAML. */
    public String text(String path) {
        return SweptKey.text(Objects.requireNonNull(values.get(path), path));
    }

    /** Returns the value of a key that was drawn from a range. */
    double number(String path) {
        return Objects.requireNonNull(values.get(path), path).doubleValue();
    }

    /** Returns all values on one line, each with the short name of its key: {@code learning_rate=0.001, hidden_size=64}. */
    public String label() {
        Map<String, String> names = shortNames(List.copyOf(values.keySet()));
        return names.entrySet().stream()
                .map(name -> name.getValue() + "=" + text(name.getKey()))
                .collect(Collectors.joining(", "));
    }

    /** Returns the shortest suffix of each dotted path that is unique and meaningful, by path. */
    static Map<String, String> shortNames(List<String> paths) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String path : paths) {
            List<String> parts = List.of(path.split("\\."));
            int from = parts.size() - 1;
            while (from > 0
                    && (saysNothing(parts, from)
                            || shared(paths, path, String.join(".", parts.subList(from, parts.size()))))) {
                from--;
            }
            names.put(path, String.join(".", parts.subList(from, parts.size())));
        }
        return names;
    }

    /** Returns whether the suffix is just {@code kind}, which does not tell what it is the kind of. */
    private static boolean saysNothing(List<String> parts, int from) {
        return parts.get(from).equals("kind") && from == parts.size() - 1;
    }

    private static boolean shared(List<String> paths, String own, String end) {
        List<String> others = new ArrayList<>(paths);
        others.remove(own);
        return others.stream().anyMatch(other -> other.equals(end) || other.endsWith("." + end));
    }
}
