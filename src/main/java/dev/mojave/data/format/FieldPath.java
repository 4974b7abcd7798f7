package dev.mojave.data.format;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The path of a value in a JSON object: {@code text}, {@code a.b}, {@code a[0].b}, or {@code messages[].content} for the {@code content}
 * of every element of the list {@code messages}. A key that is spelled exactly like the whole path takes precedence.
 *
 * @param spelled the path as the user wrote it
 * @param steps keys and indices from the outside in
 */
record FieldPath(String spelled, List<Step> steps) {
    private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\.([^.\\[\\]]+)|\\[(\\d{0,9})\\]");

    /** One step of a path. */
    sealed interface Step {}

    /** To the value of a key of an object. */
    record Key(String name) implements Step {}

    /** To one element of a list, counted from 0. */
    record Index(int index) implements Step {}

    /** To all elements of a list. */
    record Every() implements Step {}

    /** Parses a path; a text that is not a valid path is a single key. */
    static FieldPath of(String spelled) {
        List<Step> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(spelled);
        int end = 0;
        while (matcher.find() && matcher.start() == end && (matcher.group(1) == null || end == 0)) {
            end = matcher.end();
            String index = matcher.group(3);
            if (index == null) {
                steps.add(new Key(matcher.group(1) == null ? matcher.group(2) : matcher.group(1)));
            } else {
                steps.add(index.isEmpty() ? new Every() : new Index(Integer.parseInt(index)));
            }
        }
        if (end < spelled.length() || steps.isEmpty()) {
            return new FieldPath(spelled, List.of(new Key(spelled)));
        }
        return new FieldPath(spelled, List.copyOf(steps));
    }

    /** Returns whether the path may lead to several values, some of which may be missing. */
    boolean many() {
        return steps.stream().anyMatch(Every.class::isInstance);
    }

    /** Returns the values at the path: one, which may be a missing node, or one per element. */
    List<JsonNode> values(JsonNode object) {
        if (object.has(spelled)) {
            return List.of(object.path(spelled));
        }
        List<JsonNode> values = List.of(object);
        for (Step step : steps) {
            List<JsonNode> below = new ArrayList<>();
            for (JsonNode value : values) {
                switch (step) {
                    case Key(String name) -> below.add(value.path(name));
                    case Index(int index) -> below.add(value.path(index));
                    case Every() -> {
                        if (value.isArray()) {
                            value.forEach(below::add);
                        } else {
                            below.add(value.path(0));
                        }
                    }
                }
            }
            values = below;
        }
        return values;
    }
}
