package dev.mojave.run.log;

import dev.mojave.base.Check;
import dev.mojave.base.tree.Json;
import dev.mojave.base.tree.JsonFaults;
import dev.mojave.result.metric.Metric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line of metrics.jsonl.
 *
 * @param step optimiser steps done
 * @param tokens training tokens seen
 * @param words training words seen; null if the data does not count them
 * @param elapsedSeconds training time in seconds, without the time between an interruption and its resumption
 * @param scalars metrics by standard name, for example {@code val/loss}; a value that is not finite is written as null
 * @param lists metrics with one value per expert, for example {@code moe/0/load}
 */
public record MetricLine(
        long step,
        long tokens,
        @Nullable Long words,
        double elapsedSeconds,
        Map<String, Double> scalars,
        Map<String, List<Double>> lists) {

    static final List<String> HEAD = List.of("step", "tokens", "words", "elapsed_seconds");

    /** Checks that no metric has the name of a head key or of another metric. */
    public MetricLine {
        for (String name : scalars.keySet()) {
            Check.that(
                    !HEAD.contains(name) && !lists.containsKey(name), "the metric '%s' occurs twice in one line", name);
        }
        for (String name : lists.keySet()) {
            Check.that(!HEAD.contains(name), "the metric '%s' occurs twice in one line", name);
        }
        scalars = Collections.unmodifiableMap(new LinkedHashMap<>(scalars));
        lists = Collections.unmodifiableMap(new LinkedHashMap<>(lists));
    }

    /** Returns a metric's value, or {@code otherwise} if the line has none. */
    public double value(Metric metric, double otherwise) {
        return scalars.getOrDefault(metric.name(), otherwise);
    }

    /** Returns the line with some of its scalars removed and others added or replaced. */
    public MetricLine with(Predicate<String> without, Map<String, Double> newer) {
        Map<String, Double> changed = new LinkedHashMap<>(scalars);
        changed.keySet().removeIf(without);
        changed.putAll(newer);
        return new MetricLine(step, tokens, words, elapsedSeconds, changed, lists);
    }

    /** Returns the line as JSON, without a newline. */
    String json() {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("step", step).put("tokens", tokens);
        if (words != null) {
            line.put("words", words);
        }
        line.put("elapsed_seconds", elapsedSeconds);
        scalars.forEach((name, value) -> line.set(name, number(value)));
        lists.forEach((name, values) -> {
            var list = line.putArray(name);
            values.forEach(value -> list.add(number(value)));
        });
        return Json.line(line);
    }

    /**
     * Parses a line.
     *
     * @throws IllegalArgumentException if the text is not a metrics line
     */
    static MetricLine parse(String json) {
        try {
            return of(Json.tree(json));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(JsonFaults.inLine(e, json), e);
        }
    }

    private static MetricLine of(JsonNode line) {
        Check.that(line.isObject(), "expected an object");
        for (String key : List.of("step", "tokens")) {
            Check.that(
                    line.path(key).isIntegralNumber() && line.path(key).canConvertToLong(),
                    "'%s' must be a whole number",
                    key);
        }
        Check.that(line.path("elapsed_seconds").isNumber(), "'elapsed_seconds' must be a number");
        JsonNode words = line.path("words");
        Check.that(words.isMissingNode() || words.isIntegralNumber(), "'words' must be a whole number");
        Map<String, Double> scalars = new LinkedHashMap<>();
        Map<String, List<Double>> lists = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : line.properties()) {
            String name = entry.getKey();
            if (HEAD.contains(name)) {
                continue;
            }
            if (entry.getValue().isArray()) {
                List<Double> values = new ArrayList<>();
                entry.getValue().forEach(value -> values.add(number(name, value)));
                lists.put(name, Collections.unmodifiableList(values));
            } else {
                scalars.put(name, number(name, entry.getValue()));
            }
        }
        return new MetricLine(
                line.path("step").longValue(),
                line.path("tokens").longValue(),
                words.isMissingNode() ? null : words.longValue(),
                line.path("elapsed_seconds").doubleValue(),
                scalars,
                lists);
    }

    private static JsonNode number(double value) {
        // JSON has no NaN.
        return Double.isFinite(value)
                ? JsonNodeFactory.instance.numberNode(value)
                : JsonNodeFactory.instance.nullNode();
    }

    private static double number(String name, JsonNode node) {
        Check.that(node.isNumber() || node.isNull(), "'%s' must be a number or null", name);
        return node.isNull() ? Double.NaN : node.doubleValue();
    }
}
