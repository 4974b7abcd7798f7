package dev.mojave.lab.sweep;

import dev.mojave.base.Check;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A key of a recipe with the values that a sweep tries for it. */
public sealed interface SweptKey {
    /** Returns the key's dotted path. */
    String path();

    /**
     * A list of values.
     *
     * @param values in the order of the recipe; null removes the key
     */
    record Listed(String path, List<JsonNode> values) implements SweptKey {
        /** Checks that there are values and that they are distinct. */
        public Listed {
            values = List.copyOf(values);
            Check.that(!values.isEmpty(), "%s lists no value; give it at least one", path);
            HashSet<String> seen = new HashSet<>();
            for (JsonNode value : values) {
                Check.that(seen.add(text(value)), "%s lists %s twice", path, text(value));
            }
        }
    }

    /** The distribution of values drawn from a range. */
    enum Scale {
        /** Uniform in the value. */
        LINEAR,
        /** Uniform in the logarithm of the value. */
        LOG;

        /** Returns its name in a recipe. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A range of values.
     *
     * @param from the smallest value
     * @param to the largest value
     * @param scale distribution of the drawn values
     * @param whole whether the values are whole numbers
     */
    record Range(String path, double from, double to, Scale scale, boolean whole) implements SweptKey {
        /** Significant digits of a drawn value: enough for a setting, and readable in a recipe. */
        private static final MathContext DIGITS = new MathContext(4, RoundingMode.HALF_EVEN);

        /** Checks that the ends are finite and ordered, and positive on a log scale. */
        public Range {
            Check.that(
                    Double.isFinite(from) && Double.isFinite(to) && from < to,
                    "%s: from (%s) must be below to (%s)",
                    path,
                    number(from, whole),
                    number(to, whole));
            Check.that(
                    scale != Scale.LOG || from > 0,
                    "%s: from (%s) must be positive if scale is log",
                    path,
                    number(from, whole));
        }

        /** Draws a value. */
        JsonNode draw(RandomGenerator random) {
            double end = whole ? to + 1 : to;
            double drawn = at(random.nextDouble(), end);
            if (whole) {
                return JsonNodeFactory.instance.numberNode((long) Math.clamp(Math.floor(drawn), from, to));
            }
            double rounded = new BigDecimal(drawn).round(DIGITS).doubleValue();
            return JsonNodeFactory.instance.numberNode(Math.clamp(rounded, from, to));
        }

        /** Returns the value at a fraction of the way from the smallest value to {@code end}, on the scale. */
        double at(double share, double end) {
            return switch (scale) {
                case LINEAR -> from + share * (end - from);
                case LOG -> from * Math.exp(share * Math.log(end / from));
            };
        }

        /** Returns both ends as written in YAML. */
        List<String> ends() {
            JsonNodeFactory nodes = JsonNodeFactory.instance;
            return whole
                    ? List.of(text(nodes.numberNode((long) from)), text(nodes.numberNode((long) to)))
                    : List.of(text(nodes.numberNode(from)), text(nodes.numberNode(to)));
        }

        private static String number(double value, boolean whole) {
            return whole ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
        }
    }

    /** Returns a value as written in YAML, on one line. */
    static String text(JsonNode value) {
        if (value.isFloatingPointNumber()) {
            double number = value.doubleValue();
            double size = Math.abs(number);
            String plain =
                    new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString();
            return size == 0 || (size >= 1e-4 && size < 1e7)
                    ? plain
                    : Double.toString(number).toLowerCase(Locale.ROOT);
        }
        if (value.isString()) {
            return value.stringValue();
        }
        if (value instanceof ObjectNode section) {
            return section.properties().stream()
                    .map(entry -> entry.getKey() + ": " + text(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return value.isArray()
                ? value.valueStream().map(SweptKey::text).collect(Collectors.joining(", ", "[", "]"))
                : value.toString();
    }
}
