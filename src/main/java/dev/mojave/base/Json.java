package dev.mojave.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON with the project's rules: snake_case keys, records, strict reading (unknown, duplicate and missing keys fail). */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
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

    /** Parses a tree. */
    public static JsonNode tree(String text) {
        return MAPPER.readTree(text);
    }

    /**
     * Reads a record, or a tree whose root is an object or a list, from a file.
     *
     * @throws Failure of kind DATA if the file is missing or is not such a record or tree
     */
    public static <T> T read(Path file, Class<T> type) {
        boolean tree = JsonNode.class.isAssignableFrom(type);
        try {
            String text = Files.readString(file);
            return tree ? root(file, MAPPER.readTree(text), type) : MAPPER.readValue(text, type);
        } catch (java.nio.file.NoSuchFileException e) {
            throw Failure.data("%s does not exist", file).because(e);
        } catch (JacksonException e) {
            String what = tree ? "JSON file" : type.getSimpleName();
            throw Failure.data("%s is not a valid %s: %s", file, what, e.getOriginalMessage())
                    .because(e);
        } catch (java.nio.charset.CharacterCodingException e) {
            throw Failure.data("%s is not UTF-8 text", file).because(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T root(Path file, JsonNode root, Class<T> type) {
        if (!type.isInstance(root)) {
            throw Failure.data(
                    "%s must hold %s and holds %s",
                    file,
                    type == ObjectNode.class ? "one JSON object" : "one JSON list",
                    root.isMissingNode() ? "nothing" : root.getNodeType().name().toLowerCase(Locale.ROOT));
        }
        return type.cast(root);
    }
}
