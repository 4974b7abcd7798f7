package dev.mojave.base;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * YAML, read strictly: one document, a mapping at the top, no duplicate keys, no anchors, aliases or tags. Every failure is a
 * {@link Failure} of kind USAGE that names the file, the place in it and the rule. {@link Records} turns a tree into records.
 */
public final class Yaml {
    private static final YAMLMapper MAPPER = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern LINE_COLUMN = Pattern.compile("in reader, line (\\d+), column (\\d+)");
    private static final int MAX_DEPTH = 64;

    private Yaml() {}

    /**
     * Reads a file whose top level is a mapping.
     *
     * @throws Failure of kind USAGE if it cannot be read or breaks a rule
     */
    public static ObjectNode read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw Failure.usage("%s does not exist", file).because(e);
        } catch (AccessDeniedException e) {
            throw Failure.usage("%s cannot be read: permission denied", file).because(e);
        } catch (CharacterCodingException e) {
            throw Failure.usage("%s is not UTF-8 text", file).because(e);
        } catch (IOException e) {
            String reason = Files.isDirectory(file) ? "it is a folder" : String.valueOf(e.getMessage());
            throw Failure.usage("%s cannot be read: %s", file, reason).because(e);
        }
    }

    /**
     * Parses text whose top level is a mapping.
     *
     * @param source what messages call the text, usually the file's name
     */
    public static ObjectNode parse(String text, String source) {
        JsonNode tree = value(text, source);
        if (tree instanceof ObjectNode mapping) {
            return mapping;
        }
        throw Failure.usage("%s: expected keys and values at the top level, found %s", source, Records.describe(tree));
    }

    /** Parses any one value: a scalar, a list or a mapping, as on the right of {@code --set key=}. */
    public static JsonNode value(String text, String source) {
        // A byte-order mark is legal and invisible; the parser would take it for part of the first key.
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        try (YAMLParser parser = (YAMLParser) MAPPER.createParser(content)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw Failure.usage("%s: is empty", source);
            }
            JsonNode tree = node(parser, first, source, "", 0);
            if (parser.nextToken() != null) {
                throw Failure.usage(
                        "%s: holds more than one document; remove everything from the second '---' on", source);
            }
            return tree;
        } catch (JacksonException e) {
            throw malformed(e, content, source);
        }
    }

    /** Prints a tree as YAML that {@link #parse} reads back as the same tree: block mappings, lists of scalars in one line. */
    public static String print(JsonNode tree) {
        return YamlPrinter.print(tree);
    }

    private static JsonNode node(YAMLParser parser, JsonToken token, String source, String path, int depth) {
        String place = path.isEmpty() ? source : source + ": " + path;
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw Failure.usage("%s: anchors and aliases (& and *) are not supported; write the value out", place);
        }
        if (parser.getTypeId() != null) {
            throw Failure.usage("%s: tags (!) are not supported; write the plain value", place);
        }
        if (depth > MAX_DEPTH) {
            throw Failure.usage("%s: is nested more than %d levels deep", place, MAX_DEPTH);
        }
        return switch (token) {
            case START_OBJECT -> mapping(parser, source, path, depth);
            case START_ARRAY -> list(parser, source, path, depth);
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT, LONG -> NODES.numberNode(parser.getLongValue());
                    default -> NODES.numberNode(parser.getBigIntegerValue());
                };
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            default -> NODES.stringNode(parser.getString());
        };
    }

    private static ObjectNode mapping(YAMLParser parser, String source, String path, int depth) {
        ObjectNode mapping = NODES.objectNode();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_OBJECT; token = parser.nextToken()) {
            String key = parser.currentName();
            String below = path.isEmpty() ? key : path + "." + key;
            mapping.set(key, node(parser, parser.nextToken(), source, below, depth + 1));
        }
        return mapping;
    }

    private static ArrayNode list(YAMLParser parser, String source, String path, int depth) {
        ArrayNode list = NODES.arrayNode();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            list.add(node(parser, token, source, path + "[" + list.size() + "]", depth + 1));
        }
        return list;
    }

    private static Failure malformed(JacksonException e, String text, String source) {
        String message = String.valueOf(e.getOriginalMessage());
        Matcher place = LINE_COLUMN.matcher(message);
        int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
        while (place.find()) {
            line = Integer.parseInt(place.group(1));
        }
        Matcher duplicate =
                Pattern.compile("Duplicate Object property \"(.*)\"").matcher(message);
        String reason;
        if (duplicate.find()) {
            reason = "the key '" + duplicate.group(1) + "' stands twice; remove one";
        } else if (message.contains("\\t(TAB)")) {
            reason = "a tab; YAML is indented with spaces";
        } else {
            reason = "not valid YAML: " + firstLines(message);
        }
        return Failure.usage("%s: line %d: %s%s", source, line, reason, quoted(text, line))
                .because(e);
    }

    /** Keeps the parser's sentences and drops its own excerpts and positions. */
    private static String firstLines(String message) {
        return message.lines()
                .filter(line -> !line.isBlank() && !line.startsWith(" "))
                .reduce((a, b) -> a + ", " + b)
                .orElse(message);
    }

    private static String quoted(String text, int line) {
        @Nullable
        String excerpt = text.lines().skip(Math.max(0, line - 1L)).findFirst().orElse(null);
        return excerpt == null || excerpt.isBlank() ? "" : ": " + excerpt.strip();
    }
}
