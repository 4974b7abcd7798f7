package dev.mojave.lab.design;

import dev.mojave.base.Failure;
import dev.mojave.base.tree.Records;
import dev.mojave.lab.sweep.Point;
import dev.mojave.lab.sweep.Space;
import dev.mojave.lab.sweep.SweptKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The axes of a map: one or two keys of the recipe, each with its values. The key {@code tokens} is short for {@code budget.tokens}. A
 * value may be a section, whose keys vary together: {@code model: [{hidden_size: 32, intermediate_size: 48}, ...]}; it is merged into the
 * recipe's section.
 *
 * @param space every combination of values
 */
record Axes(Space space) {
    /** The axis of budgets in a recipe. */
    static final String TOKENS = "tokens";

    /** The key that the axis of budgets sets. */
    static final String BUDGET = "budget.tokens";

    private static final int MOST = 2;

    /** Keys that cannot be an axis, with the reason or the remedy. */
    private static final Map<String, String> NOT_AXES = notAxes();

    private static Map<String, String> notAxes() {
        Map<String, String> reasons = new LinkedHashMap<>();
        reasons.put("name", "cells have names of their own; remove it");
        reasons.put("data", "losses on different text cannot be compared; make a study for each");
        reasons.put("engine", "all trials of a study run with the same engine; make a study for each");
        reasons.put("train.seed", "list seeds under seeds: [1, 2, 3]; every cell is trained with each");
        reasons.put(
                "train.eval_tokens", "it changes what is measured, not what is learned; set it for the whole study");
        reasons.put("arms", "every cell compares the same arms; vary a key that they share");
        reasons.put("seeds", "every cell has the same seeds");
        reasons.put("tune", "every size is tuned in the same way");
        for (String length : List.of("train.steps", "train.tokens", "train.words", "train.epochs", BUDGET)) {
            reasons.put(length, "the axis of budgets is called tokens, for example axes: {tokens: [1M, 2M]}");
        }
        return reasons;
    }

    /**
     * Reads {@code axes}.
     *
     * @param source returns the place of a key in the recipe, for messages
     * @throws Failure of kind USAGE that names the key
     */
    static Axes read(JsonNode section, UnaryOperator<String> source) {
        Map<String, List<JsonNode>> typed = Lists.of(section, "axes", "{tokens: [1M, 2M, 4M]}", source);
        if (typed.size() > MOST) {
            throw Failure.usage(
                    "%s: axes: %d keys (%s); a map has one or two axes, so make a study for each value of a third",
                    source.apply("axes"), typed.size(), String.join(", ", typed.keySet()));
        }
        List<SweptKey.Listed> keys = new ArrayList<>();
        typed.forEach((key, values) -> {
            String place = source.apply("axes." + key) + ": axes: " + key;
            for (String path : key.equals(TOKENS) ? List.of(key) : leaves(key, values, place)) {
                refuse(path, place);
            }
            keys.add(
                    key.equals(TOKENS)
                            ? Lists.key(BUDGET, TOKENS, tokens(values, place), place)
                            : Lists.key(key, key, values, place));
        });
        Axes axes = new Axes(new Space(keys, List.of(), 0, 0));
        Lists.requireApart(axes.paths(), "axes", source);
        return axes;
    }

    /** Returns the keys of the recipe that the axes set. */
    List<String> paths() {
        return space.grid().stream()
                .flatMap(axis -> leaves(axis.path(), axis.values(), "axes: " + axis.path()).stream())
                .toList();
    }

    /** Returns the keys that values set: the key itself or, for sections, the keys in them, which must be the same in all. */
    private static List<String> leaves(String key, List<JsonNode> values, String place) {
        List<String> first = List.of(key);
        for (int i = 0; i < values.size(); i++) {
            List<String> own = leaves(key, values.get(i));
            if (i > 0 && !own.equals(first)) {
                throw Failure.usage(
                        "%s: its values set different keys (%s and %s); give all of them the same keys, in the same order",
                        place, String.join(", ", first), String.join(", ", own));
            }
            first = own;
        }
        return first;
    }

    private static List<String> leaves(String key, JsonNode value) {
        return value.isObject()
                ? value.properties().stream()
                        .flatMap(entry -> leaves(key + "." + entry.getKey(), entry.getValue()).stream())
                        .toList()
                : List.of(key);
    }

    private static void refuse(String key, String place) {
        for (Map.Entry<String, String> not : NOT_AXES.entrySet()) {
            if (Lists.overlap(key, not.getKey())) {
                throw Failure.usage("%s cannot be an axis: %s", place, not.getValue());
            }
        }
    }

    private static List<JsonNode> tokens(List<JsonNode> values, String place) {
        List<JsonNode> counts = new ArrayList<>();
        for (JsonNode value : values) {
            OptionalLong count = Records.count(value);
            if (count.isEmpty() || count.getAsLong() < 1) {
                throw Failure.usage("%s: %s is not a number of training tokens such as 500k or 2M", place, value);
            }
            counts.add(JsonNodeFactory.instance.numberNode(count.getAsLong()));
        }
        return counts.stream()
                .sorted((a, b) -> Long.compare(a.longValue(), b.longValue()))
                .toList();
    }

    /** Returns the key of an axis as typed, given the path that it sets. */
    static String key(String path) {
        return path.equals(BUDGET) ? TOKENS : path;
    }

    /** Returns whether budgets are an axis. */
    boolean haveTokens() {
        return space.grid().stream().anyMatch(key -> key.path().equals(BUDGET));
    }

    /** Returns the distinct sizes: the values of the axis that is not the budget; one without values if there is none. */
    List<Point> sizes() {
        List<SweptKey.Listed> others =
                space.grid().stream().filter(key -> !key.path().equals(BUDGET)).toList();
        return others.isEmpty() ? List.of(new Point(1, Map.of())) : new Space(others, List.of(), 0, 0).points();
    }

    /** Returns the number of sizes; a double, because it may exceed a long. */
    double countSizes() {
        return space.grid().stream()
                .filter(key -> !key.path().equals(BUDGET))
                .mapToDouble(key -> key.values().size())
                .reduce(1, (a, b) -> a * b);
    }

    /** Returns the size of a combination. */
    Point size(Point at) {
        Map<String, JsonNode> values = new LinkedHashMap<>(at.values());
        values.remove(BUDGET);
        return sizes().stream()
                .filter(size -> size.values().equals(values))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the keys with their values as typed in YAML. */
    Map<String, List<String>> texts() {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        space.grid()
                .forEach(axis -> texts.put(
                        key(axis.path()),
                        axis.values().stream().map(SweptKey::text).toList()));
        return texts;
    }

    /** Returns the place of a key that an axis sets, for messages. */
    static String place(String path, UnaryOperator<String> source) {
        return source.apply("axes." + key(path)) + ": axes";
    }

    /** Returns the recipe as typed, with the values of a combination. */
    static ObjectNode laid(ObjectNode typed, Point at, UnaryOperator<String> source) {
        Map<String, JsonNode> settings = new LinkedHashMap<>();
        at.values().forEach((path, value) -> spread(path, value, settings));
        return new Point(at.number(), settings).on(typed, path -> place(path, source));
    }

    private static void spread(String path, JsonNode value, Map<String, JsonNode> settings) {
        if (value.isObject()) {
            value.properties().forEach(entry -> spread(path + "." + entry.getKey(), entry.getValue(), settings));
        } else {
            settings.put(path, value);
        }
    }
}
