package dev.mojave.base.tree;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.PropertyBindingException;
import tools.jackson.databind.exc.ValueInstantiationException;

/**
 * Explains to people why JSON was rejected: the line and column, what is wrong there, and the remedy. The parser's own messages refer to its
 * tokens, its settings and Java classes; they are kept as the cause.
 */
public final class JsonFaults {
    private JsonFaults() {}

    /**
     * Translates an exception that was thrown while a whole text was read.
     *
     * @param text the text that was read
     * @param place the name of the text in the message, usually the file
     * @return a failure of kind DATA: {@code place: line 3, column 7: a comma before the closing '}'; remove the comma}
     */
    public static Failure of(JacksonException problem, String text, String place) {
        return Failure.data("%s: %s", place, reason(problem, text)).because(problem);
    }

    /** Returns the reason as {@link #reason} does, for one line of a file with one value per line: {@code column 7: ...}. */
    public static String inLine(JacksonException problem, String line) {
        return JsonSyntax.find(line)
                .map(fault -> "column " + fault.column(line) + ": " + fault.what())
                .orElseGet(() -> content(problem, line));
    }

    /** Returns what is wrong and where: {@code line 3, column 7: ...}, or {@code some.key: expected ...}. */
    public static String reason(JacksonException problem, String text) {
        return JsonSyntax.find(text)
                .map(fault -> "line " + fault.line(text) + ", column " + fault.column(text) + ": " + fault.what())
                .orElseGet(() -> content(problem, text));
    }

    /** Returns the reason for rejecting text that is JSON, but not of the expected content. */
    private static String content(JacksonException problem, String text) {
        String path = path(problem.getPath());
        String place = path.isEmpty() ? "" : path + ": ";
        return switch (problem) {
            case PropertyBindingException unknown -> unknownKey(unknown, path);
            case ValueInstantiationException refused -> place + rule(refused);
            case MismatchedInputException mismatched -> mismatch(mismatched, text, path);
            case InputCoercionException outOfRange ->
                place + "expected " + expected(outOfRange.getTargetType()) + ", found one that is too large";
            case StreamConstraintsException ignored -> place + "a text, a key or a number is too long to be read";
            default -> place + "a value is of another kind than expected";
        };
    }

    private static String unknownKey(PropertyBindingException problem, String path) {
        String key = problem.getPropertyName();
        Collection<Object> ids = problem.getKnownPropertyIds();
        List<String> known = ids == null
                ? List.of()
                : ids.stream().map(String::valueOf).sorted().toList();
        String nearest = Suggest.didYouMean(key, known);
        String instead = !nearest.isEmpty() || known.isEmpty() ? nearest : "; known here: " + String.join(", ", known);
        return (path.isEmpty() ? key : path) + ": unknown key" + instead;
    }

    /** Returns the message of a record's own check. */
    private static String rule(ValueInstantiationException problem) {
        return switch (problem.getCause()) {
            case IllegalArgumentException rule -> String.valueOf(rule.getMessage());
            case Failure rule -> String.valueOf(rule.getMessage());
            case null, default -> "expected " + expected(problem.getType().getRawClass());
        };
    }

    private static String mismatch(MismatchedInputException problem, String text, String path) {
        Optional<JsonNode> found = found(problem, text);
        if (found.isPresent() && found.get().isMissingNode()) {
            return path + ": the key is missing";
        }
        Class<?> type = problem.getTargetType();
        String wanted = type == null ? "another kind of value" : expected(type);
        String instead = found.map(node -> ", found " + describe(node)).orElse("");
        return (path.isEmpty() ? "" : path + ": ") + "expected " + wanted + instead;
    }

    private static Optional<JsonNode> found(JacksonException problem, String text) {
        try {
            JsonNode node = Json.tree(text);
            for (JacksonException.Reference step : problem.getPath()) {
                node = step.getPropertyName() == null ? node.path(step.getIndex()) : node.path(step.getPropertyName());
            }
            return Optional.of(node);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static String path(List<JacksonException.Reference> steps) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : steps) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.toString();
    }

    private static String expected(Class<?> type) {
        if (List.of(int.class, Integer.class, long.class, Long.class, OptionalInt.class, OptionalLong.class)
                .contains(type)) {
            return "a whole number";
        }
        if (List.of(double.class, Double.class, float.class, Float.class, OptionalDouble.class)
                .contains(type)) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "text";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> Json.mapper().valueToTree(constant).asString())
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        return Collection.class.isAssignableFrom(type) || type.isArray() ? "a list" : "an object";
    }

    /** Returns a description of a value: {@code "text"}, {@code 5}, {@code a list}, {@code an object}, {@code null}. */
    public static String describe(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT, POJO -> "an object";
            case MISSING -> "nothing";
            case STRING, NUMBER, BOOLEAN, BINARY, NULL -> {
                String value = node.toString();
                yield value.length() <= 60 ? value : value.substring(0, 60) + "...";
            }
        };
    }
}
