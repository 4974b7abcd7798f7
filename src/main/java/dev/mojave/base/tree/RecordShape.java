package dev.mojave.base.tree;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonValue;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a record is read from, and the executable that creates the record from their values: its canonical constructor, or, if
 * defaults depend on other keys, a static {@code @JsonCreator} method whose parameters are annotated with {@code @JsonProperty}.
 *
 * @param kind name of the record
 * @param keys keys in the order in which they are written, including those of {@link Flat} components
 * @param parts sources of the arguments of {@code maker}
 * @param maker constructor or method
 */
record RecordShape(String kind, List<Key> keys, List<Part> parts, Executable maker) {
    /** One key. If it is absent, its value is the fallback, or null or empty if that is allowed. */
    record Key(String name, Type type, Class<?> raw, boolean nullable, Optional<String> fallback) {
        boolean isOptional() {
            return raw == Optional.class;
        }
    }

    /** The source of one argument. */
    sealed interface Part {}

    /** The value of the key with this index. */
    record Single(int key) implements Part {}

    /** A record made of the values of the keys with these indices. */
    record Nested(RecordShape shape, List<Integer> keys) implements Part {}

    static RecordShape of(Class<?> type) {
        Optional<Method> creator = creators(type)
                .filter(method -> Arrays.stream(method.getParameters())
                        .allMatch(parameter -> parameter.isAnnotationPresent(JsonProperty.class)))
                .findFirst();
        if (creator.isPresent()) {
            List<Key> keys = Arrays.stream(creator.get().getParameters())
                    .map(RecordShape::key)
                    .toList();
            List<Part> parts =
                    IntStream.range(0, keys.size()).<Part>mapToObj(Single::new).toList();
            return new RecordShape(Names.kind(type), keys, parts, creator.get());
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return ofComponents(type, components, constructor);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every record has a canonical constructor", e);
        }
    }

    private static RecordShape ofComponents(Class<?> type, RecordComponent[] components, Constructor<?> constructor) {
        List<List<Key>> keysOfEach = new ArrayList<>();
        for (RecordComponent component : components) {
            keysOfEach.add(isFlat(component) ? flat(type, component).keys : List.of(key(component)));
        }
        List<Key> keys = written(type, keysOfEach.stream().flatMap(List::stream).toList());
        List<String> names = keys.stream().map(Key::name).toList();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < components.length; i++) {
            List<Integer> places = keysOfEach.get(i).stream()
                    .map(key -> names.indexOf(key.name()))
                    .toList();
            parts.add(
                    isFlat(components[i])
                            ? new Nested(of(components[i].getType()), places)
                            : new Single(places.getFirst()));
        }
        return new RecordShape(Names.kind(type), keys, List.copyOf(parts), constructor);
    }

    /** Returns whether the keys of a component's record are at the same level as those of the enclosing record. */
    static boolean isFlat(RecordComponent component) {
        return component.isAnnotationPresent(Flat.class);
    }

    /** Returns the names of a record's keys in the order in which they are written; empty if that is the order of its components. */
    static Optional<List<String>> writingOrder(Class<?> type) {
        boolean simple = !type.isAnnotationPresent(JsonPropertyOrder.class)
                && Arrays.stream(type.getRecordComponents()).noneMatch(RecordShape::isFlat);
        return simple
                ? Optional.empty()
                : Optional.of(of(type).keys.stream().map(Key::name).toList());
    }

    /** Returns the shape of a flat component. A record that may be absent, or that has a notation of its own, cannot be flat. */
    private static RecordShape flat(Class<?> type, RecordComponent component) {
        Class<?> raw = component.getType();
        boolean plain = raw.isRecord()
                && creators(raw).findAny().isEmpty()
                && Arrays.stream(raw.getDeclaredMethods())
                        .noneMatch(method -> method.isAnnotationPresent(JsonValue.class));
        boolean always = !component.getAnnotatedType().isAnnotationPresent(Nullable.class)
                && !component.isAnnotationPresent(Default.class);
        if (!plain || !always) {
            throw wrong(
                    type,
                    "@Flat component '" + component.getName()
                            + "' must be a record without a notation of its own, neither @Nullable nor with a @Default");
        }
        return of(raw);
    }

    /** Returns the keys in the order that a record's annotation specifies. */
    private static List<Key> written(Class<?> type, List<Key> keys) {
        Set<String> names = new HashSet<>();
        for (Key key : keys) {
            if (!names.add(key.name())) {
                throw wrong(type, "two components have the key '" + key.name() + "'");
            }
        }
        JsonPropertyOrder asked = type.getAnnotation(JsonPropertyOrder.class);
        if (asked == null) {
            return keys;
        }
        List<String> order = List.of(asked.value());
        if (order.size() != names.size() || !names.equals(new HashSet<>(order))) {
            throw wrong(
                    type,
                    "@JsonPropertyOrder must name every key once: "
                            + String.join(", ", names.stream().sorted().toList()));
        }
        List<Key> sorted = new ArrayList<>(keys);
        sorted.sort(Comparator.comparingInt(key -> order.indexOf(key.name())));
        return List.copyOf(sorted);
    }

    private static IllegalStateException wrong(Class<?> type, String rule) {
        return new IllegalStateException(type.getName() + ": " + rule);
    }

    /** Returns the method that reads a type from its own notation, if it has one. */
    static Optional<Method> notation(Class<?> type) {
        return creators(type)
                .filter(method -> method.getParameterCount() == 1
                        && !method.getParameters()[0].isAnnotationPresent(JsonProperty.class))
                .findFirst();
    }

    /**
     * Creates the record, after the flat records in it.
     *
     * @param values values of the keys, in the order of the keys
     */
    Object construct(List<@Nullable Object> values) throws ReflectiveOperationException {
        @Nullable Object[] arguments = new @Nullable Object[parts.size()];
        for (int i = 0; i < arguments.length; i++) {
            switch (parts.get(i)) {
                case Single(int key) -> arguments[i] = values.get(key);
                case Nested(RecordShape shape, List<Integer> places) -> {
                    List<@Nullable Object> own = new ArrayList<>();
                    places.forEach(place -> own.add(values.get(place)));
                    arguments[i] = shape.construct(own);
                }
            }
        }
        return switch (maker) {
            case Constructor<?> constructor -> constructor.newInstance(arguments);
            case Method method -> method.invoke(null, arguments);
        };
    }

    private static Stream<Method> creators(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.isAnnotationPresent(JsonCreator.class))
                .peek(method -> method.setAccessible(true));
    }

    private static Key key(RecordComponent component) {
        return new Key(
                Names.key(component),
                component.getGenericType(),
                component.getType(),
                component.getAnnotatedType().isAnnotationPresent(Nullable.class),
                Optional.ofNullable(component.getAnnotation(Default.class)).map(Default::value));
    }

    private static Key key(Parameter parameter) {
        return new Key(
                parameter.getAnnotation(JsonProperty.class).value(),
                parameter.getParameterizedType(),
                parameter.getType(),
                parameter.getAnnotatedType().isAnnotationPresent(Nullable.class),
                Optional.empty());
    }
}
