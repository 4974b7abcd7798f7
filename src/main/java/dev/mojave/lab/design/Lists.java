package dev.mojave.lab.design;

import dev.mojave.base.Failure;
import dev.mojave.lab.sweep.SweptKey;
import dev.mojave.run.recipe.Overrides;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/** Sections of a recipe whose keys are keys of the recipe, each with a list of values. */
final class Lists {
    private Lists() {}

    /**
     * Reads a section.
     *
     * @param path the section's name
     * @param example an example of its content
     * @throws Failure of kind USAGE if it is empty, or a key has no list
     */
    static Map<String, List<JsonNode>> of(JsonNode section, String path, String example, UnaryOperator<String> source) {
        if (!section.isObject()) {
            throw Failure.usage(
                    "%s: %s: expected keys with lists of values, for example %s: %s",
                    source.apply(path), path, path, example);
        }
        if (section.isEmpty()) {
            throw Failure.usage(
                    "%s: %s names no key; list the values of one, for example %s: %s",
                    source.apply(path), path, path, example);
        }
        Map<String, List<JsonNode>> lists = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : section.properties()) {
            if (!entry.getValue().isArray()) {
                throw Failure.usage(
                        "%s: %s: %s: expected a list of values, for example [%s]",
                        source.apply(path + "." + entry.getKey()), path, entry.getKey(), entry.getValue());
            }
            lists.put(entry.getKey(), entry.getValue().valueStream().toList());
        }
        return lists;
    }

    /** Creates a key with its values; {@code place} precedes messages about them. */
    static SweptKey.Listed key(String path, String typed, List<JsonNode> values, String place) {
        if (values.isEmpty()) {
            throw Failure.usage("%s lists no value; give it at least one", place);
        }
        try {
            return new SweptKey.Listed(path, values);
        } catch (IllegalArgumentException e) {
            String rule = String.valueOf(e.getMessage());
            throw Failure.usage("%s%s", place, rule.startsWith(path) ? rule.substring(path.length()) : ": " + rule)
                    .because(e);
        }
    }

    /** Returns whether two keys are equal, or one is a section that contains the other. */
    static boolean overlap(String one, String other) {
        return one.equals(other) || one.startsWith(other + ".") || other.startsWith(one + ".");
    }

    /**
     * Checks that no key depends on another.
     *
     * @throws Failure of kind USAGE that names both
     */
    static void requireApart(List<String> paths, String section, UnaryOperator<String> source) {
        for (int i = 0; i < paths.size(); i++) {
            for (String other : paths.subList(0, i)) {
                String path = paths.get(i);
                String place = source.apply(section + "." + path) + ": " + section + ": " + path;
                if (path.equals(other)) {
                    throw Failure.usage("%s is listed twice, once in a section; keep one of them", place);
                }
                if (overlap(path, other)) {
                    throw Failure.usage(
                            "%s and %s depend on each other: a value of the section replaces its keys; keep one of them",
                            place, other);
                }
                if (Overrides.exclude(path, other)) {
                    throw Failure.usage("%s and %s exclude each other in a recipe; keep one of them", place, other);
                }
            }
        }
    }

    /**
     * Checks that no tuned key is an axis.
     *
     * @throws Failure of kind USAGE that names it
     */
    static void requireDistinct(List<String> tuned, List<String> axes, UnaryOperator<String> source) {
        for (String path : tuned) {
            if (axes.stream().anyMatch(axis -> overlap(path, axis))) {
                throw Failure.usage(
                        "%s: tune: %s is an axis too, or a part of one; keep one of them",
                        source.apply("tune." + path), path);
            }
        }
    }
}
