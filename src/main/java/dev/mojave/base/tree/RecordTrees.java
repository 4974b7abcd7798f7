package dev.mojave.base.tree;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes records as trees, for {@link Records}. */
final class RecordTrees {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RecordTrees() {}

    static ObjectNode tree(Record record) {
        ObjectNode tree = NODES.objectNode();
        fill(tree, record);
        return tree;
    }

    private static void fill(ObjectNode tree, Record record) {
        Optional<List<String>> order = RecordShape.writingOrder(record.getClass());
        if (order.isEmpty()) {
            fillInTurn(tree, record);
            return;
        }
        ObjectNode unordered = NODES.objectNode();
        fillInTurn(unordered, record);
        order.get().forEach(key -> unordered.optional(key).ifPresent(value -> tree.set(key, value)));
    }

    private static void fillInTurn(ObjectNode tree, Record record) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = read(component.getAccessor(), record);
            if (value instanceof Record flat && RecordShape.isFlat(component)) {
                fill(tree, flat);
            } else if (value instanceof Optional<?> optional) {
                optional.ifPresent(inside ->
                        tree.set(Names.key(component), node(inside, argument(component.getGenericType(), 0))));
            } else if (value != null && !hidden(component, value)) {
                tree.set(Names.key(component), node(value, component.getGenericType()));
            }
        }
    }

    private static boolean hidden(RecordComponent component, Object value) {
        JsonInclude rule = component.getAccessor().getAnnotation(JsonInclude.class);
        return rule != null && rule.value() == JsonInclude.Include.NON_EMPTY && value.equals("");
    }

    private static JsonNode node(Object value, Type declared) {
        return switch (value) {
            case JsonNode node -> node.deepCopy();
            case String text -> NODES.stringNode(text);
            case Boolean flag -> NODES.booleanNode(flag);
            case Integer number -> NODES.numberNode(number.longValue());
            case Long number -> NODES.numberNode(number.longValue());
            case Double number -> NODES.numberNode(number.doubleValue());
            case Iterable<?> elements -> list(elements, argument(declared, 0));
            case Map<?, ?> entries -> mapping(entries, argument(declared, 1));
            case Enum<?> constant -> NODES.stringNode(Names.constant(constant));
            default -> section(value, declared);
        };
    }

    private static JsonNode section(Object value, Type declared) {
        Optional<Method> notation = Arrays.stream(value.getClass().getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(JsonValue.class))
                .findFirst();
        if (notation.isPresent()) {
            Object written = read(notation.get(), value);
            return written == null
                    ? NODES.nullNode()
                    : node(written, notation.get().getGenericReturnType());
        }
        if (!(value instanceof Record record)) {
            throw new IllegalStateException(value.getClass() + " is not a supported type of settings");
        }
        ObjectNode tree = NODES.objectNode();
        if (declared instanceof Class<?> raw && raw.isSealed()) {
            if (value.getClass().getRecordComponents().length == 0) {
                return NODES.stringNode(Names.kind(value.getClass()));
            }
            tree.put("kind", Names.kind(value.getClass()));
        }
        fill(tree, record);
        return tree;
    }

    private static ArrayNode list(Iterable<?> elements, Type declared) {
        ArrayNode list = NODES.arrayNode();
        for (Object element : elements) {
            list.add(node(element, declared));
        }
        return list;
    }

    private static ObjectNode mapping(Map<?, ?> entries, Type declared) {
        ObjectNode mapping = NODES.objectNode();
        entries.forEach((key, value) -> mapping.set(String.valueOf(key), node(value, declared)));
        return mapping;
    }

    private static Type argument(Type declared, int index) {
        return declared instanceof ParameterizedType generic ? generic.getActualTypeArguments()[index] : Object.class;
    }

    private static @Nullable Object read(Method method, Object target) {
        try {
            method.setAccessible(true);
            return method.invoke(target);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + method, e);
        }
    }
}
