package dev.mojave.base.tree;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Prints trees the way people write recipes: indented by two spaces, block mappings, lists of scalars on one line, quotes only where needed. */
final class YamlPrinter {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");
    // Words that some YAML parsers read as a boolean, a null or a number.
    private static final Set<String> RESERVED =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity");

    private YamlPrinter() {}

    static String print(JsonNode tree) {
        StringBuilder out = new StringBuilder();
        if (tree instanceof ObjectNode mapping && !mapping.isEmpty()) {
            mapping(out, mapping, 0);
        } else if (tree instanceof ArrayNode list && !flat(list)) {
            list(out, list, 0);
        } else {
            out.append(flow(tree)).append('\n');
        }
        return out.toString();
    }

    private static void mapping(StringBuilder out, ObjectNode mapping, int indent) {
        for (Map.Entry<String, JsonNode> entry : mapping.properties()) {
            out.append("  ".repeat(indent)).append(text(entry.getKey())).append(':');
            JsonNode value = entry.getValue();
            if (value instanceof ObjectNode child && !child.isEmpty()) {
                out.append('\n');
                mapping(out, child, indent + 1);
            } else if (value instanceof ArrayNode child && !flat(child)) {
                out.append('\n');
                list(out, child, indent + 1);
            } else {
                out.append(' ').append(flow(value)).append('\n');
            }
        }
    }

    private static void list(StringBuilder out, ArrayNode list, int indent) {
        for (JsonNode element : list) {
            out.append("  ".repeat(indent)).append("- ").append(flow(element)).append('\n');
        }
    }

    private static boolean flat(ArrayNode list) {
        return list.valueStream().allMatch(JsonNode::isValueNode);
    }

    private static String flow(JsonNode node) {
        if (node instanceof ObjectNode mapping) {
            return mapping.properties().stream()
                    .map(entry -> text(entry.getKey()) + ": " + flow(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (node instanceof ArrayNode list) {
            return list.valueStream().map(YamlPrinter::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        if (node.isString()) {
            return text(node.stringValue());
        }
        if (node.isNumber() && !Double.isFinite(node.doubleValue()) && node.isFloatingPointNumber()) {
            return Double.isNaN(node.doubleValue()) ? ".nan" : node.doubleValue() > 0 ? ".inf" : "-.inf";
        }
        return node.toString();
    }

    private static String text(String text) {
        return PLAIN.matcher(text).matches() && !RESERVED.contains(text.toLowerCase(Locale.ROOT)) ? text : quoted(text);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    boolean printable = (c >= 0x20 && c < 0x7F)
                            || (c >= 0xA0 && c < 0xD800 && c != 0x2028 && c != 0x2029)
                            || (c >= 0xE000 && c < 0xFFFE && c != 0xFEFF)
                            || c >= 0x10000;
                    out.append(printable ? Character.toString(c) : String.format(Locale.ROOT, "\\u%04X", c));
                }
            }
        });
        return out.append('"').toString();
    }
}
