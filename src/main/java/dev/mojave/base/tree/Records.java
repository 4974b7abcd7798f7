package dev.mojave.base.tree;

import dev.mojave.base.Failure;
import dev.mojave.base.Suggest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Converts trees of settings to records and back, with one strict set of rules for every section of a recipe:
 *
 * <ul>
 *   <li>a key is the component's name in snake_case (or its {@code @JsonProperty}); an unknown key is an error that suggests the nearest known
 *       one; the keys of a {@link Flat} component are at the same level as the others;
 *   <li>an absent key has the value of its {@link Default}, null if the component is {@code @Nullable}, or empty if it is an
 *       {@code Optional}; otherwise it is required. {@code null} counts as absent;
 *   <li>whole numbers may be written as counts ({@code 50k}, {@code 10M}, {@code 1e3}); no other type is coerced, except that text may be
 *       written as a whole number;
 *   <li>enum constants are written in lower case; a sealed interface is a section whose {@code kind} names one of its records
 *       ({@code kind: cosine} alone may be shortened to {@code cosine}; a notation of the interface's own applies to values that are not
 *       sections); a static {@code @JsonCreator} method with one argument reads a type's own notation, one whose parameters are all annotated
 *       with {@code @JsonProperty} reads a section in place of the constructor, and {@code @JsonValue} writes either;
 *   <li>an {@link IllegalArgumentException} from a record's constructor becomes the message of a {@link Failure} of kind USAGE that starts
 *       with the source and the section's path.
 * </ul>
 */
public final class Records {
    private final UnaryOperator<String> source;

    private Records(UnaryOperator<String> source) {
        this.source = source;
    }

    /**
     * Reads a record.
     *
     * @param source name of the tree in messages, usually that of the file
     * @param path the dotted path of {@code tree} in the file, empty for the whole file
     * @throws Failure of kind USAGE that names the key
     */
    public static <T> T read(JsonNode tree, Class<T> type, String source, String path) {
        return read(tree, type, ignored -> source, path);
    }

    /** Reads a record whose keys come from several sources; {@code source} returns the one of a key, given its full path. */
    public static <T> T read(JsonNode tree, Class<T> type, UnaryOperator<String> source, String path) {
        return type.cast(new Records(source).value(tree, type, path));
    }

    /** Writes a record as a tree that {@link #read} turns into an equal record; nulls and empty Optionals are left out. */
    public static ObjectNode tree(Record record) {
        return RecordTrees.tree(record);
    }

    /** Returns a value as a whole number: {@code 500}, {@code 1e3}, {@code 50k}; empty if it is not one. */
    public static OptionalLong count(JsonNode node) {
        return YamlScalar.count(node);
    }

    /** Returns a value, which may be text, as a number; empty if it is not one. */
    public static OptionalDouble decimal(JsonNode node) {
        return YamlScalar.decimal(node);
    }

    /** Returns a description of a node for messages: {@code "many"} in quotes, a number, {@code a list}, {@code a section}, {@code nothing}. */
    static String describe(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT, POJO -> "a section";
            case NULL, MISSING -> "nothing";
            case STRING, BOOLEAN, BINARY -> node.toString();
            case NUMBER -> node.asString(); // toString would put Infinity in quotes
        };
    }

    private Object value(JsonNode node, Type type, String path) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return list(node, arguments[0], path);
            }
            if (generic.getRawType() == Map.class && arguments[0] == String.class) {
                return map(node, arguments[1], path);
            }
            if (generic.getRawType() == Optional.class) {
                return Optional.of(value(node, arguments[0], path));
            }
        } else if (type instanceof Class<?> raw) {
            return value(node, raw, path);
        }
        throw new IllegalStateException(path + ": " + type + " is not a supported type of settings");
    }

    private Object value(JsonNode node, Class<?> type, String path) {
        if (type == int.class || type == Integer.class) {
            return (int) whole(node, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(node, path, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            return decimal(node, path);
        }
        if (type == boolean.class || type == Boolean.class) {
            require(node.isBoolean(), path, "expected true or false", node);
            return node.booleanValue();
        }
        if (type == String.class) {
            String instead = node.isNumber() || node.isBoolean() ? "expected text (put it in quotes)" : "expected text";
            require(node.isString() || node.isIntegralNumber(), path, instead, node);
            return node.asString();
        }
        if (JsonNode.class.isAssignableFrom(type)) {
            require(
                    type.isInstance(node),
                    path,
                    type == ObjectNode.class ? "expected a section" : "expected a list",
                    node);
            return node;
        }
        Optional<Method> notation = RecordShape.notation(type);
        if (notation.isPresent() && !(type.isSealed() && node.isObject())) {
            Type wanted = notation.get().getGenericParameterTypes()[0];
            // A count such as 1e3 is passed to a notation for text as a whole number.
            boolean count = wanted == String.class
                    && node.isFloatingPointNumber()
                    && count(node).isPresent();
            JsonNode given =
                    count ? JsonNodeFactory.instance.numberNode(count(node).getAsLong()) : node;
            Object argument = value(given, wanted, path);
            return call(path, () -> notation.get().invoke(null, argument));
        }
        if (type.isEnum()) {
            return constant(node, type, path);
        }
        if (type.isRecord()) {
            return record(node, RecordShape.of(type), path, List.of());
        }
        if (type.isInterface() && type.isSealed()) {
            return alternative(node, type, path);
        }
        throw new IllegalStateException(path + ": " + type + " is not a supported type of settings");
    }

    private long whole(JsonNode node, String path, long min, long max) {
        OptionalLong count = count(node);
        if (count.isEmpty() && !node.isIntegralNumber()) {
            String such = node.isString() ? " such as 500, 50k or 10M" : "";
            throw failure(path, "expected a whole number" + such + ", found " + describe(node));
        }
        BigInteger value = count.isPresent() ? BigInteger.valueOf(count.getAsLong()) : node.bigIntegerValue();
        boolean fits = value.compareTo(BigInteger.valueOf(min)) >= 0 && value.compareTo(BigInteger.valueOf(max)) <= 0;
        require(fits, path, "expected a whole number between " + min + " and " + max, node);
        return value.longValue();
    }

    private double decimal(JsonNode node, String path) {
        OptionalDouble number = decimal(node);
        require(number.isPresent(), path, "expected a number", node);
        double value = number.orElse(Double.NaN);
        require(Double.isFinite(value), path, "expected a finite number", node);
        return value;
    }

    private List<Object> list(JsonNode node, Type element, String path) {
        require(node.isArray(), path, "expected a list", node);
        List<Object> values = new ArrayList<>();
        for (JsonNode child : node) {
            values.add(value(child, element, path + "[" + values.size() + "]"));
        }
        return Collections.unmodifiableList(values);
    }

    private Map<String, Object> map(JsonNode node, Type element, String path) {
        require(node.isObject(), path, "expected a section", node);
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            values.put(entry.getKey(), value(entry.getValue(), element, join(path, entry.getKey())));
        }
        return Collections.unmodifiableMap(values);
    }

    private Object constant(JsonNode node, Class<?> type, String path) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(Names.constant((Enum<?>) constant), constant);
        }
        require(node.isString(), path, "expected one of " + String.join(", ", constants.keySet()), node);
        return choose(constants, node.stringValue(), path);
    }

    private Object alternative(JsonNode node, Class<?> type, String path) {
        Map<String, Class<?>> kinds = new LinkedHashMap<>();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            kinds.put(Names.kind(permitted), permitted);
        }
        if (node.isString()) {
            RecordShape shape = RecordShape.of(choose(kinds, node.stringValue(), path));
            return record(JsonNodeFactory.instance.objectNode(), shape, path, List.of());
        }
        require(node.isObject(), path, "expected a section with a kind", node);
        JsonNode kind = node.path("kind");
        String below = join(path, "kind");
        String choices = String.join(", ", kinds.keySet());
        require(kind.isString(), below, "expected one of " + choices, kind);
        return record(node, RecordShape.of(choose(kinds, kind.stringValue(), below)), path, List.of("kind"));
    }

    private <T> T choose(Map<String, T> choices, String typed, String path) {
        T chosen = choices.get(typed);
        if (chosen == null) {
            String known = String.join(", ", choices.keySet());
            String nearest = Suggest.didYouMean(typed, choices.keySet());
            throw failure(path, "unknown value '" + typed + "'" + nearest + " (one of " + known + ")");
        }
        return chosen;
    }

    private Object record(JsonNode node, RecordShape shape, String path, List<String> alsoKnown) {
        require(node.isObject(), path, "expected a section with keys", node);
        List<String> known = new ArrayList<>(alsoKnown);
        shape.keys().forEach(key -> known.add(key.name()));
        for (String key : node.propertyNames()) {
            if (!known.contains(key)) {
                String nearest = Suggest.didYouMean(key, known);
                String instead = nearest.isEmpty() ? "; known here: " + String.join(", ", known) : nearest;
                String kind = alsoKnown.isEmpty() ? "" : " for kind " + shape.kind();
                throw failure(join(path, key), "unknown key" + kind + instead);
            }
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (RecordShape.Key key : shape.keys()) {
            values.add(component(node.path(key.name()), key, join(path, key.name())));
        }
        return call(path, () -> shape.construct(values));
    }

    private @Nullable Object component(JsonNode node, RecordShape.Key key, String path) {
        if (!node.isMissingNode() && !node.isNull()) {
            return value(node, key.type(), path);
        }
        if (key.fallback().isPresent()) {
            JsonNode fallback = Yaml.value(key.fallback().get(), "default of " + path);
            return value(fallback, key.type(), path);
        }
        if (key.isOptional()) {
            return Optional.empty();
        }
        if (key.nullable()) {
            return null;
        }
        throw failure(path, "is required");
    }

    private interface Reflective {
        Object run() throws ReflectiveOperationException;
    }

    private Object call(String path, Reflective constructor) {
        try {
            return constructor.run();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException rule) {
                String message = String.valueOf(rule.getMessage());
                // A message about one key of a section may contain the key's full path already.
                boolean named = !path.isEmpty() && message.startsWith(path + ".");
                throw (named ? Failure.usage("%s: %s", source.apply(path), message) : failure(path, message))
                        .because(rule);
            }
            if (e.getCause() instanceof Failure failure) {
                throw failure.at(place(path));
            }
            throw new IllegalStateException(place(path), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(place(path), e);
        }
    }

    private void require(boolean condition, String path, String expectation, JsonNode found) {
        if (!condition) {
            throw failure(path, expectation + ", found " + describe(found));
        }
    }

    private Failure failure(String path, String message) {
        return Failure.usage("%s: %s", place(path), message);
    }

    private String place(String path) {
        return path.isEmpty() ? source.apply(path) : source.apply(path) + ": " + path;
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
