package dev.mojave.base.tree;

import dev.mojave.base.Check;
import dev.mojave.base.Failure;
import dev.mojave.base.files.TextFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON with the project's rules: snake_case keys, records, and strict reading (unknown keys, duplicate keys and null for a number are errors).
 * An absent key, as in a file from before the key was added, means an empty, zero or false value, unless the record rejects it.
 */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Python's json module writes such numbers, even into fields that are not read.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();
    /** Reads like Python's json module: of duplicate keys, the last one counts. */
    private static final JsonMapper FOREIGN = MAPPER.rebuild()
            .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final JsonMapper PRETTY =
            MAPPER.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** Returns the shared mapper: immutable and thread-safe. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** Writes a value as one line, without a line break. */
    public static String line(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Writes a value as indented text, without a line break at the end. */
    public static String pretty(Object value) {
        return PRETTY.writeValueAsString(value);
    }

    /**
     * Parses a tree.
     *
     * @throws JacksonException with the parser's message; {@link JsonFaults} translates it, and {@link #tree(String, String)} throws the
     *     translation
     */
    public static JsonNode tree(String text) {
        return MAPPER.readTree(text);
    }

    /**
     * Parses a tree.
     *
     * @param place name of the text in messages, usually that of the file
     * @throws Failure of kind DATA that states where and why the text is not JSON
     */
    public static JsonNode tree(String text, String place) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw JsonFaults.of(e, text, place);
        }
    }

    /**
     * Reads a record, or a tree whose root is an object or a list, from a file.
     *
     * @throws Failure of kind DATA if the file is missing or does not contain such a record or tree
     */
    public static <T> T read(Path file, Class<T> type) {
        return read(file, type, MAPPER);
    }

    /**
     * Reads an object from a file written by another program, like Python's json module: NaN, Infinity and -Infinity are numbers, and of
     * duplicate keys the last one counts.
     *
     * @throws Failure of kind DATA if the file is missing or does not contain one JSON object
     */
    public static ObjectNode readForeign(Path file) {
        return read(file, ObjectNode.class, FOREIGN);
    }

    /**
     * Parses text written by another program, as {@link #readForeign} does.
     *
     * @throws JacksonException with the parser's message
     */
    public static JsonNode foreignTree(String text) {
        return FOREIGN.readTree(text);
    }

    private static <T> T read(Path file, Class<T> type, JsonMapper mapper) {
        String text = text(file);
        if (text.isBlank()) {
            throw Failure.data("%s is empty, but should contain JSON; fetch or write it again", file);
        }
        try {
            if (JsonNode.class.isAssignableFrom(type)) {
                return root(file, mapper.readTree(text), type);
            }
            T value = mapper.readValue(text, type);
            // The whole text may be null.
            Check.that(value != null, "expected an object, found null");
            return value;
        } catch (JacksonException e) {
            throw JsonFaults.of(e, text, file.toString());
        } catch (IllegalArgumentException e) {
            throw Failure.data("%s: %s", file, String.valueOf(e.getMessage())).because(e);
        }
    }

    /**
     * Reads a record from a tree that was read from a file.
     *
     * @throws Failure of kind DATA that names the file if the tree is not such a record
     */
    public static <T> T convert(JsonNode tree, Class<T> type, Path file) {
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JacksonException e) {
            throw JsonFaults.of(e, tree.toString(), file.toString());
        } catch (IllegalArgumentException e) {
            throw Failure.data("%s: %s", file, String.valueOf(e.getMessage())).because(e);
        }
    }

    private static String text(Path file) {
        try {
            return TextFile.read(file);
        } catch (NoSuchFileException e) {
            throw Failure.data("%s does not exist", file).because(e);
        } catch (TextFile.NotUtf8 e) {
            throw Failure.data("%s %s", file, String.valueOf(e.getMessage())).because(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T root(Path file, JsonNode root, Class<T> type) {
        if (!type.isInstance(root)) {
            throw Failure.data(
                    "%s must contain %s, but contains %s",
                    file, type == ObjectNode.class ? "one JSON object" : "one JSON list", JsonFaults.describe(root));
        }
        return type.cast(root);
    }
}
