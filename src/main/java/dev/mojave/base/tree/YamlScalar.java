package dev.mojave.base.tree;

import dev.mojave.base.Units;
import java.math.BigInteger;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Interprets plain scalars by the core schema of YAML 1.2, in which {@code yes} and {@code 1:30} are text, with two extensions: digits may be
 * grouped ({@code 1_000}), and a number with leading zeros such as {@code 007} is text, because it is rarely meant as a number.
 */
final class YamlScalar {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9]*(_[0-9]+)*)");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]{1,16}");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]{1,21}");
    private static final Pattern LEADING_ZEROS = Pattern.compile("[-+]?0[0-9]+");
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(_[0-9]+)*(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final int LONGEST_NUMBER = 400;

    private YamlScalar() {}

    static JsonNode plain(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> NODES.nullNode();
            case "true", "True", "TRUE" -> NODES.booleanNode(true);
            case "false", "False", "FALSE" -> NODES.booleanNode(false);
            case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" -> NODES.numberNode(Double.POSITIVE_INFINITY);
            case "-.inf", "-.Inf", "-.INF" -> NODES.numberNode(Double.NEGATIVE_INFINITY);
            case ".nan", ".NaN", ".NAN" -> NODES.numberNode(Double.NaN);
            default -> number(text);
        };
    }

    private static JsonNode number(String text) {
        if (text.length() > LONGEST_NUMBER || LEADING_ZEROS.matcher(text).matches()) {
            return NODES.stringNode(text);
        }
        if (WHOLE.matcher(text).matches()) {
            return whole(new BigInteger(text.replace("_", "")));
        }
        if (HEXADECIMAL.matcher(text).matches()) {
            return whole(new BigInteger(text.substring(2), 16));
        }
        if (OCTAL.matcher(text).matches()) {
            return whole(new BigInteger(text.substring(2), 8));
        }
        return DECIMAL.matcher(text).matches()
                ? NODES.numberNode(Double.parseDouble(text.replace("_", "")))
                : NODES.stringNode(text);
    }

    private static JsonNode whole(BigInteger value) {
        return value.bitLength() < Long.SIZE ? NODES.numberNode(value.longValue()) : NODES.numberNode(value);
    }

    /** Returns a value as a whole number: {@code 500}, {@code 1e3}, {@code 50k}, {@code "500"}; empty if it is not one. */
    static OptionalLong count(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.canConvertToLong() ? OptionalLong.of(node.longValue()) : OptionalLong.empty();
        }
        if (node.isNumber()) {
            double value = node.doubleValue();
            return value == Math.rint(value) && Math.abs(value) < 9e15
                    ? OptionalLong.of((long) value)
                    : OptionalLong.empty();
        }
        try {
            return node.isString() ? OptionalLong.of(Units.parseCount(node.stringValue())) : OptionalLong.empty();
        } catch (IllegalArgumentException e) {
            return OptionalLong.empty();
        }
    }

    /** Returns a value as a number: {@code 0.5}, {@code .5}, {@code "1e-3"}; empty if it is not one. */
    static OptionalDouble decimal(JsonNode node) {
        if (node.isNumber()) {
            return OptionalDouble.of(node.doubleValue());
        }
        String text = node.isString() ? node.stringValue().toLowerCase(Locale.ROOT) : "";
        return text.length() <= LONGEST_NUMBER && DECIMAL.matcher(text).matches()
                ? OptionalDouble.of(Double.parseDouble(text.replace("_", "")))
                : OptionalDouble.empty();
    }
}
