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
 * JSON with the project's rules: snake_case keys, records, strict reading (unknown and duplicate keys fail, and so does null for a number). A key
 * that is absent, as in a file of before it was added, is an absent value: empty, zero or false, unless the record refuses it.
 */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // As Python's json module writes them, also into fields that nobody reads.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();
    /** As Python's json module reads: of two keys of one name the last counts. */
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

    /** Writes one line, no line end. */
    public static String line(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /** Writes indented text, no line end. */
    public static String pretty(Object value) {
        return PRETTY.writeValueAsString(value);
    }

    /**
     * Parses a tree.
     *
     * @throws JacksonException in the parser's words; {@link JsonFaults} translates, and {@link #tree(String, String)} does so at once
     */
    public static JsonNode tree(String text) {
        return MAPPER.readTree(text);
    }

    /**
     * Parses a tree.
     *
     * @param place what messages call the text, usually the file's name
     * @throws Failure of kind DATA that says where and why the text is not JSON
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
     * @throws Failure of kind DATA if the file is missing or is not such a record or tree
     */
    public static <T> T read(Path file, Class<T> type) {
        return read(file, type, MAPPER);
    }

    /**
     * Reads an object from a file that another program wrote, as Python's json module reads it: NaN, Infinity and -Infinity are numbers, and
     * of several keys of one name the last counts.
     *
     * @throws Failure of kind DATA if the file is missing or is not one JSON object
     */
    public static ObjectNode readForeign(Path file) {
        return read(file, ObjectNode.class, FOREIGN);
    }

    /**
     * Parses a tree of a text that another program wrote, as {@link #readForeign} does.
     *
     * @throws JacksonException in the parser's words
     */
    public static JsonNode foreignTree(String text) {
        return FOREIGN.readTree(text);
    }

    private static <T> T read(Path file, Class<T> type, JsonMapper mapper) {
        String text = text(file);
        if (text.isBlank()) {
            throw Failure.data("%s is empty; it should hold JSON: fetch or write it again", file);
        }
        try {
            if (JsonNode.class.isAssignableFrom(type)) {
                return root(file, mapper.readTree(text), type);
            }
            T value = mapper.readValue(text, type);
            // The whole text may be the word null.
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
                    "%s must hold %s and holds %s",
                    file, type == ObjectNode.class ? "one JSON object" : "one JSON list", JsonFaults.describe(root));
        }
        return type.cast(root);
    }
}
